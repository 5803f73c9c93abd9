"""The GoTo products behind one interface. Nothing outside this package asks which product it is."""

from greenroom.hub.events.products.assist import ASSIST
from greenroom.hub.events.products.base import Ability, Product
from greenroom.hub.events.products.meeting import MEETING
from greenroom.hub.events.products.training import TRAINING
from greenroom.hub.events.products.webinar import WEBINAR

PRODUCTS: dict[str, Product] = {product.code: product for product in (WEBINAR, TRAINING, MEETING, ASSIST)}

__all__ = ["PRODUCTS", "Ability", "Product", "can", "get_product"]


def get_product(code: str) -> Product:
    """Return the product with this code."""
    return PRODUCTS[code]


def can(code: str, ability: Ability) -> bool:
    """Tell whether this can be done with events of the product with this code."""
    return ability in PRODUCTS[code].abilities
