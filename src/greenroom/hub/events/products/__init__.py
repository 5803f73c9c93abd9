"""The GoTo products behind one interface. Nothing outside this package asks which product it is."""

from greenroom.hub.events.products.base import Product
from greenroom.hub.events.products.training import TRAINING
from greenroom.hub.events.products.webinar import WEBINAR

PRODUCTS: dict[str, Product] = {product.code: product for product in (WEBINAR, TRAINING)}

__all__ = ["PRODUCTS", "Product", "get_product"]


def get_product(code: str) -> Product:
    """Return the product with this code."""
    return PRODUCTS[code]
