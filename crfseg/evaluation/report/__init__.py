"""Reports: HTML pages of evaluations and comparisons, one file each that fetches nothing."""
