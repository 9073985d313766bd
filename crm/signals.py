"""Signals of the CRM, for the apps above it."""

from django.dispatch import Signal

# Arguments: influencer. Sent in the transaction, before the influencer goes; a receiver says how many posts stay without them.
deleting = Signal()
# Arguments: account. Sent in the transaction, before an account goes; a receiver that has a reason against it raises a CrmProblem.
removing = Signal()
