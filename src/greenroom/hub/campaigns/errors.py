"""What can go wrong in campaigns."""

from greenroom.hub.core.errors import StateConflictError


class ImpossibleStepError(StateConflictError):
    """A step can work for nobody now; the sentence says why. A person has to look."""

    code = "impossible_step"
