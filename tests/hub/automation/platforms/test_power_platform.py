"""The package for Power Platform holds what it takes to import it."""

import io
import json
import re
import struct
import zipfile
import zlib

from greenroom.hub.automation.platforms.icon import make_icon
from greenroom.hub.automation.platforms.packing import pack
from greenroom.hub.automation.platforms.power_platform import list_power_platform_files
from greenroom.hub.automation.platforms.swagger import make_swagger
from greenroom.hub.automation.registry import Visibility, list_operations, list_triggers

HUB = "https://hub.example.com"


def test_package_has_the_four_files():
    archive = zipfile.ZipFile(io.BytesIO(pack(list_power_platform_files(HUB))))
    assert ["apiDefinition.swagger.json", "apiProperties.json", "icon.png", "readme.md"] == archive.namelist()
    assert archive.testzip() is None
    assert make_swagger(HUB) == json.loads(archive.read("apiDefinition.swagger.json"))


def test_the_same_files_make_the_same_package():
    assert pack(list_power_platform_files(HUB)) == pack(list_power_platform_files(HUB))


def test_properties_ask_for_the_key_and_hide_it():
    properties = json.loads(list_power_platform_files(HUB)["apiProperties.json"])["properties"]
    key = properties["connectionParameters"]["api_key"]
    assert ("securestring", False) == (key["type"], key["uiDefinition"]["constraints"]["clearText"])
    assert make_swagger(HUB)["securityDefinitions"].keys() == properties["connectionParameters"].keys()
    assert re.fullmatch("#[0-9a-f]{6}", properties["iconBrandColor"])
    # Microsoft refuses white and its own default blue.
    assert properties["iconBrandColor"] not in {"#ffffff", "#007ee5"}


def test_readme_names_everything_people_see():
    readme = list_power_platform_files(HUB)["readme.md"].decode()
    for one in list_operations():
        assert (f"({one.operation_id})" in readme) == (one.visibility is not Visibility.INTERNAL)
    assert all(f"**{one.summary}**" in readme for one in list_triggers())
    assert HUB in readme


def test_icon_is_a_square_png_with_two_arches():
    png = make_icon(48)
    assert b"\x89PNG\r\n\x1a\n" == png[:8]
    assert (48, 48, 8, 2) == struct.unpack(">IIBB", png[16:26])
    length = struct.unpack(">I", png[33:37])[0]
    pixels = zlib.decompress(png[41 : 41 + length])

    def color(x, y):
        start = y * (48 * 3 + 1) + 1 + x * 3
        return tuple(pixels[start : start + 3])

    green, white = (0x00, 0x91, 0x5F), (255, 255, 255)
    assert green == color(1, 1) == color(47, 47)
    # Across the legs: outer arch, gap, inner arch, gap, outer arch.
    runs = re.sub(r"(.)\1+", r"\1", "".join("w" if color(x, 32) == white else "g" for x in range(48)))
    assert "gwgwgwg" == runs
