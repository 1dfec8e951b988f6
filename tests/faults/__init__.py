"""The program under faults: killed, short of disk, its writes torn; and two of it at once."""
