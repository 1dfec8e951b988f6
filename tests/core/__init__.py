"""The pure core: money, periods, dated look-ups, shared audit rules, the equations."""
