"""Financial Management's reports, one module each: a pure function from a published month to a report."""
