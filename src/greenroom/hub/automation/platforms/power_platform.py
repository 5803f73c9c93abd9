"""
The package of a custom connector for Power Automate, Power Apps and Logic Apps, made for one hub's address.

Source: learn.microsoft.com/connectors/custom-connectors/paconn-cli and the templates of
github.com/microsoft/PowerPlatformConnectors.
"""

from collections.abc import Iterable
from typing import Any

from greenroom.hub.automation.platforms.icon import BRAND_COLOR, make_icon
from greenroom.hub.automation.platforms.packing import as_json
from greenroom.hub.automation.platforms.swagger import make_swagger
from greenroom.hub.automation.registry import Visibility, list_operations, list_triggers

_PROPERTIES: dict[str, Any] = {
    "properties": {
        "connectionParameters": {
            "api_key": {
                "type": "securestring",
                "uiDefinition": {
                    "displayName": "Key",
                    "description": "A key of your hub; it begins with grk_.",
                    "tooltip": "Make it in your hub under API keys.",
                    "constraints": {"clearText": False, "required": "true", "tabIndex": 2},
                },
            }
        },
        "iconBrandColor": BRAND_COLOR,
        "capabilities": ["actions", "triggers"],
        "policyTemplateInstances": [],
        "publisher": "Greenroom",
        "stackOwner": "Greenroom",
    }
}

_README = """# Greenroom

The webinars, trainings and meetings of the GoTo accounts that are connected to the hub at {url}.

## Publisher: Greenroom

## Prerequisites

- A sign-in at {url} that may see events.
- A key: sign in, open **API keys**, make one and copy it. It is shown once.
- The hub must be reached from the internet over https.

## Supported operations

### Actions

{actions}

### Triggers

Each comes twice: once looked for every few minutes, and once instant.

{triggers}

## Obtaining credentials

Make a connection and paste the key. A connection sees the accounts the key was made for, and may do what the key may.

## Getting started

Import this folder as a custom connector:

```
paconn create --api-def apiDefinition.swagger.json --api-prop apiProperties.json --icon icon.png
```

or choose **Import an OpenAPI file** under custom connectors and give `apiDefinition.swagger.json`.

## Known issues and limitations

- 100 calls in 60 seconds for each connection. The 101st is refused until the 60 seconds are over, and loses nothing.
- A trigger is looked for at most once in 120 seconds. What happens meanwhile is found at the next look.
- The definition holds the address of one hub. Download it again when the address changes.
"""


def list_power_platform_files(public_url: str) -> dict[str, bytes]:
    """Return the files of the package by their names."""
    actions = (operation for operation in list_operations() if operation.visibility is not Visibility.INTERNAL)
    readme = _README.format(url=public_url, actions=_lines(actions), triggers=_lines(list_triggers()))
    return {
        "apiDefinition.swagger.json": as_json(make_swagger(public_url)),
        "apiProperties.json": as_json(_PROPERTIES),
        "icon.png": make_icon(),
        "readme.md": readme.encode(),
    }


def _lines(described: Iterable[Any]) -> str:
    return "\n".join(f"- **{one.summary}** ({one.operation_id}): {one.description}" for one in described)
