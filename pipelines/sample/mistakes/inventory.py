def plant_inventory(*a): pass
