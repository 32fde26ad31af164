"""Parts of pages that other domains declare; knows no domain."""
