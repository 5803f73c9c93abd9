"""What the sandbox serves, to be compared with what is published."""

from greenroom.sandbox.app import PRODUCTS


def served_operations() -> dict[tuple[str, str], tuple[str, str, tuple[str, ...]]]:
    """Everything routed: product and operation to method, full path and query parameters."""
    return {
        (product.name, operation.name): (operation.method, product.base_path + operation.path, operation.query)
        for product in PRODUCTS
        for operation in product.operations
    }
