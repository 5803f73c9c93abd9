"""Every operation there is, of all products."""

from collections.abc import Mapping
from types import MappingProxyType

from greenroom.goto import admin, assist, meeting, scim, seeit, training, webinar
from greenroom.goto._operation import Endpoint

# By product and name: `training.get_training`.
OPERATIONS: Mapping[str, Endpoint] = MappingProxyType(
    {
        f"{endpoint.product}.{endpoint.name}": endpoint
        for product in (webinar, training, meeting, scim, admin, assist, seeit)
        for endpoint in product.CATALOG
    }
)
