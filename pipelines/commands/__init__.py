"""What each command does, apart from the words it is called with."""
