def plant_usage(*a): pass
