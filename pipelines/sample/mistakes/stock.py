def plant_stock(*a): pass
