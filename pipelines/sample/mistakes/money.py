def plant_money(*a): pass
