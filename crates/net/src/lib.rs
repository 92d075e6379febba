//! Readers of what the marketplace sends: saved pages, API answers, HAR files, search results.
