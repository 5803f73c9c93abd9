"""
Forms that visitors fill in: on a page of ours, or in pages of others.

What a visitor sends is stored before anything is done with it; what follows are rows of their own (`SubmissionAct`),
so that nobody is lost when GoTo does not answer or an event is gone.
"""
