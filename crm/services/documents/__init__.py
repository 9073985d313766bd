"""What is kept on file about influencers."""
