"""The mistakes that real months have, planted one by one and listed."""

from pipelines.sample.mistakes.calls import plant_calls
from pipelines.sample.mistakes.inventory import plant_inventory
from pipelines.sample.mistakes.money import plant_money
from pipelines.sample.mistakes.stock import plant_stock
from pipelines.sample.mistakes.usage import plant_usage
from pipelines.sample.month_files import MonthFiles
from pipelines.sample.world import World


def plant_mistakes(world: World, month: MonthFiles) -> None:
    """Plant a month's mistakes; none of them depends on whether another month was run before."""
    plant_usage(world, month)
    plant_money(world, month)
    plant_inventory(world, month)
    plant_stock(month)
    plant_calls(world, month)


__all__ = ["plant_mistakes"]
