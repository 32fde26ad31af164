"""What somebody tries who would like to see or change more than they may."""
