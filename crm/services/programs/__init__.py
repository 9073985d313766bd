"""Programs and their applications: the page that creators apply on, the application, and what staff decide."""
