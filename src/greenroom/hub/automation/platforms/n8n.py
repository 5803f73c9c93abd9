"""
Community nodes for n8n, made for one hub's address: one that acts, one that starts workflows.

The first is declarative: n8n makes the calls from its description. The second subscribes when a workflow is switched
on, and unsubscribes when it is switched off.

Source: docs.n8n.io/integrations/creating-nodes.
"""

import json
import re
from typing import Any

from greenroom.hub.automation.platforms.icon import make_vector_icon
from greenroom.hub.automation.platforms.openapi import API
from greenroom.hub.automation.platforms.packing import as_json
from greenroom.hub.automation.platforms.schemas import Member, Schemas, describe_registry, without_null
from greenroom.hub.automation.platforms.zapier import is_offered, snake
from greenroom.hub.automation.registry import Operation, get_operation, list_operations, list_triggers

Property = dict[str, Any]
# As n8n's own style check has them.
_SMALL_WORDS = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "because",
    "but",
    "by",
    "en",
    "for",
    "if",
    "in",
    "neither",
    "nor",
    "of",
    "on",
    "only",
    "or",
    "over",
    "per",
    "so",
    "some",
    "than",
    "that",
    "the",
    "to",
    "up",
    "upon",
    "versus",
    "via",
    "vs",
    "when",
    "with",
    "without",
    "yet",
}
_KINDS: dict[str, tuple[str, Any]] = {"integer": ("number", 0), "number": ("number", 0), "boolean": ("boolean", False)}
# What n8n writes the same way in all its nodes.
_AS_N8N_HAS_IT: dict[str, Property] = {
    "email": {"placeholder": "name@email.com"},
    "limit": {
        "typeOptions": {"minValue": 1},
        "default": 50,
        "description": "Max number of results to return",
    },
}
_FILTERS = ("product", "event", "title_contains", "minutes", "segment_id", "form_id", "email_id")


def list_n8n_files(public_url: str) -> dict[str, bytes]:
    """Return the files of the package by their names."""
    icon = make_vector_icon().encode()
    return {
        "package.json": as_json(_package(public_url)),
        "tsconfig.json": as_json(_TSCONFIG),
        "README.md": _README.format(url=public_url).encode(),
        "LICENSE.md": b"Apache License 2.0: https://www.apache.org/licenses/LICENSE-2.0\n",
        "credentials/GreenroomApi.credentials.ts": _CREDENTIALS.replace("HUB", public_url).encode(),
        "credentials/greenroom.svg": icon,
        "nodes/Greenroom/Greenroom.node.ts": _action_node().encode(),
        "nodes/Greenroom/greenroom.svg": icon,
        "nodes/GreenroomTrigger/GreenroomTrigger.node.ts": _trigger_node().encode(),
        "nodes/GreenroomTrigger/greenroom.svg": icon,
    }


def _package(public_url: str) -> dict[str, Any]:
    return {
        "name": "n8n-nodes-greenroom",
        "version": "1.0.0",
        "description": "Webinars, trainings and meetings of a Greenroom hub",
        "keywords": ["n8n-community-node-package"],
        "license": "Apache-2.0",
        "homepage": public_url,
        "author": {"name": "Greenroom", "email": "greenroom@example.com"},
        "repository": {"type": "git", "url": public_url},
        "scripts": {"build": 'tsc && node -e "' + _COPY_ICONS + '"'},
        "files": ["dist"],
        "n8n": {
            "n8nNodesApiVersion": 1,
            "credentials": ["dist/credentials/GreenroomApi.credentials.js"],
            "nodes": [
                "dist/nodes/Greenroom/Greenroom.node.js",
                "dist/nodes/GreenroomTrigger/GreenroomTrigger.node.js",
            ],
        },
        "devDependencies": {"@types/node": "^20.0.0", "n8n-workflow": "*", "typescript": "^5.0.0"},
        "peerDependencies": {"n8n-workflow": "*"},
    }


_COPY_ICONS = (
    "for (const folder of ['credentials', 'nodes/Greenroom', 'nodes/GreenroomTrigger']) "
    "require('fs').copyFileSync(folder + '/greenroom.svg', 'dist/' + folder + '/greenroom.svg')"
)
_TSCONFIG = {
    "compilerOptions": {
        "strict": True,
        "module": "commonjs",
        "moduleResolution": "node",
        "target": "es2022",
        "lib": ["es2022", "dom"],
        "outDir": "dist",
        "rootDir": ".",
        "skipLibCheck": True,
        "esModuleInterop": True,
    },
    "include": ["credentials/**/*", "nodes/**/*"],
}


def _action_node() -> str:
    schemas = describe_registry("#/")
    shown = [operation for operation in list_operations() if is_offered(operation)]
    subjects = sorted({_subject(operation) for operation in shown})
    properties = [
        _choose_subject(subjects),
        *(_choose_operation(subject, [one for one in shown if _subject(one) == subject]) for subject in subjects),
        *(field for operation in shown for field in _fields(operation, schemas)),
    ]
    return _ACTION_NODE.replace("PROPERTIES", _as_typescript(properties, indent=2))


def _subject(operation: Operation[Any, Any]) -> str:
    return operation.tags[0].removesuffix("s") if operation.tags else "Event"


def _choose_subject(subjects: list[str]) -> Property:
    options = [{"name": subject, "value": _value(subject)} for subject in subjects]
    return {
        "displayName": "Resource",
        "name": "resource",
        "type": "options",
        "noDataExpression": True,
        "options": options,
        "default": options[0]["value"],
    }


def _value(subject: str) -> str:
    return subject[:1].lower() + subject[1:].replace(" ", "")


def _choose_operation(subject: str, operations: list[Operation[Any, Any]]) -> Property:
    options = sorted((_operation(operation) for operation in operations), key=lambda option: option["name"].casefold())
    return {
        "displayName": "Operation",
        "name": "operation",
        "type": "options",
        "noDataExpression": True,
        "displayOptions": {"show": {"resource": [_value(subject)]}},
        "options": options,
        "default": options[0]["value"],
    }


def _operation(operation: Operation[Any, Any]) -> Property:
    return {
        "name": _title(operation.summary),
        "value": snake(operation.operation_id),
        "action": operation.summary,
        "description": _sentence(operation.description),
        "routing": {"request": {"method": operation.method, "url": _url(operation)}},
    }


def _url(operation: Operation[Any, Any]) -> str:
    if not operation.path_members:
        return operation.path
    return "=" + re.sub(r"{(\w+)}", r'{{encodeURIComponent($parameter["\1"])}}', operation.path)


def _fields(operation: Operation[Any, Any], schemas: Schemas) -> list[Property]:
    """Return the fields of an operation; what may be left out is chosen one by one, so that nothing empty is sent."""
    members = schemas.members_of(operation)
    shown = {"show": {"resource": [_value(_subject(operation))], "operation": [snake(operation.operation_id)]}}
    fields = [
        {**_field(member, schemas), "required": True, "displayOptions": shown}
        for member in members
        if member.is_required
    ]
    optional = [_field(member, schemas) for member in members if not member.is_required]
    if optional:
        fields.append(
            {
                "displayName": "Additional Fields",
                "name": "additionalFields",
                "type": "collection",
                "placeholder": "Add Field",
                "default": {},
                "displayOptions": shown,
                "options": sorted(optional, key=lambda field: str(field["displayName"]).casefold()),
            }
        )
    return fields


def _field(member: Member, schemas: Schemas) -> Property:
    schema = schemas.resolve(without_null(schemas.resolve(without_null(member.schema))))
    values = [value for value in schema.get("enum", []) if value != ""]
    kind, default = _KINDS.get(schema.get("type", ""), ("string", ""))
    field: Property = {"displayName": _title(member.title), "name": member.name, "type": kind, "default": default}
    if schema.get("format") == "date-time":
        field["type"] = "dateTime"
    elif schema.get("type") in {"array", "object"}:
        field |= {"type": "json", "default": "[]" if schema["type"] == "array" else "{}"}
    elif values:
        field |= {
            "type": "options",
            "options": [{"name": _title(str(value)), "value": value} for value in values],
            "default": values[0],
        }
    elif member.choices and not get_operation(member.choices).path_members:
        field |= _chosen(get_operation(member.choices))
    description = _describe(field, member)
    if description.casefold().removeprefix("the ") != str(field["displayName"]).casefold():
        field["description"] = description
    field |= _AS_N8N_HAS_IT.get(member.name, {})
    if member.place != "path":
        field["routing"] = {"send": {"type": member.place, "property": member.name}}
        if field["type"] == "json":
            field["routing"]["send"]["value"] = "={{ JSON.parse($value) }}"
    return field


def _describe(field: Property, member: Member) -> str:
    text = _sentence(member.description)
    if field["type"] == "boolean":
        return text if text.startswith("Whether ") else f"Whether {text[:1].lower()}{text[1:]}"
    return text


def _chosen(search: Operation[Any, Any]) -> Property:
    """Return what fills a drop-down from a search; an expression still takes any key."""
    named = {"name": "={{$responseItem.label}}", "value": "={{$responseItem.id}}"}
    return {
        "type": "options",
        "typeOptions": {
            "loadOptions": {
                "routing": {
                    "request": {"method": "GET", "url": search.path},
                    "output": {"postReceive": [{"type": "setKeyValue", "properties": named}]},
                }
            }
        },
    }


def _title(text: str) -> str:
    """Return a label as n8n writes them: capitals at all but small words."""
    words = re.sub(r"[_-]", " ", text).split()
    return " ".join(
        word.lower() if 0 < number < len(words) - 1 and word.lower() in _SMALL_WORDS else _capital(word)
        for number, word in enumerate(words)
    )


def _capital(word: str) -> str:
    known = {"id": "ID", "url": "URL"}
    return known.get(word.lower(), word[:1].upper() + word[1:])


def _sentence(text: str) -> str:
    """Return a description as n8n writes them: one sentence has no full stop."""
    text = re.sub(r"\bid\b", "ID", text[:1].upper() + text[1:])
    return text.removesuffix(".") if text.count(". ") == 0 else text


def _trigger_node() -> str:
    triggers = sorted(
        (
            {"name": _title(one.summary), "value": one.name, "description": _sentence(one.description)}
            for one in list_triggers()
        ),
        key=lambda option: option["name"].casefold(),
    )
    return _TRIGGER_NODE.replace("TRIGGERS", _as_typescript(triggers, indent=5)).replace(
        "FILTERS", _as_typescript(_filters(), indent=5)
    )


def _filters() -> list[Property]:
    schemas = describe_registry("#/")
    members: dict[str, Member] = {}
    for trigger in list_triggers():
        members |= {member.name: member for member in schemas.filter_of(trigger, "body")}
    fields = [_field(members[name], schemas) for name in _FILTERS if name in members]
    for field in fields:
        del field["routing"]
    return sorted(fields, key=lambda field: str(field["displayName"]).casefold())


def _as_typescript(value: Any, *, indent: int) -> str:
    """Return a value as code, indented with tabs."""
    text = json.dumps(value, indent="\t", ensure_ascii=False)
    text = re.sub(r'^(\t*)"(\w+)": ', r"\1\2: ", text, flags=re.MULTILINE)
    return text.replace("\n", "\n" + "\t" * indent)


_ACTION_NODE = """import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

export class Greenroom implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Greenroom',
		name: 'greenroom',
		icon: 'file:greenroom.svg',
		group: ['transform'],
		version: 1,
		subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
		description: 'Work with webinars, trainings and meetings of a Greenroom hub',
		defaults: { name: 'Greenroom' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'greenroomApi', required: true }],
		requestDefaults: {
			baseURL: '={{$credentials.url.replace(/\\/$/, "") + "API"}}',
			headers: { Accept: 'application/json' },
		},
		properties: PROPERTIES,
	};
}
""".replace("API", API)

_TRIGGER_NODE = """import {
	NodeConnectionTypes,
	type IDataObject,
	type IHookFunctions,
	type IHttpRequestMethods,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

async function call(
	node: IHookFunctions,
	method: IHttpRequestMethods,
	path: string,
	options: { body?: IDataObject; qs?: IDataObject } = {},
) {
	const { url } = await node.getCredentials<{ url: string }>('greenroomApi');
	return await node.helpers.httpRequestWithAuthentication.call(node, 'greenroomApi', {
		method,
		url: url.replace(/\\/$/, '') + 'API' + path,
		json: true,
		...options,
	});
}

export class GreenroomTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Greenroom Trigger',
		name: 'greenroomTrigger',
		icon: 'file:greenroom.svg',
		group: ['trigger'],
		version: 1,
		subtitle: '={{$parameter["event"]}}',
		description: 'Starts the workflow when something happens in a Greenroom hub',
		defaults: { name: 'Greenroom Trigger' },
		usableAsTool: undefined,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'greenroomApi', required: true }],
		requestDefaults: { baseURL: '={{$credentials.url.replace(/\\/$/, "") + "API"}}' },
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
		properties: [
			{
				displayName: 'Trigger On',
				name: 'event',
				type: 'options',
				noDataExpression: true,
				required: true,
				default: 'registrant.added',
				options: TRIGGERS,
			},
			{
				displayName: 'Filters',
				name: 'filters',
				type: 'collection',
				placeholder: 'Add Filter',
				default: {},
				options: FILTERS,
			},
		],
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				const target_url = this.getNodeWebhookUrl('default') as string;
				const event = this.getNodeParameter('event') as string;
				const hooks = (await call(this, 'GET', '/hooks', { qs: { target_url } })) as IDataObject[];
				const ours = hooks.find(
					(hook) => hook.status === 'active' && (hook.event_types as string[]).includes(event),
				);
				if (ours) this.getWorkflowStaticData('node').hookId = ours.id;
				return ours !== undefined;
			},
			async create(this: IHookFunctions): Promise<boolean> {
				const hook = (await call(this, 'POST', '/hooks', {
					body: {
						target_url: this.getNodeWebhookUrl('default') as string,
						event_types: [this.getNodeParameter('event') as string],
						filter: this.getNodeParameter('filters', {}) as IDataObject,
						platform: 'n8n',
					},
				})) as IDataObject;
				this.getWorkflowStaticData('node').hookId = hook.id;
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				const kept = this.getWorkflowStaticData('node');
				if (kept.hookId) await call(this, 'DELETE', `/hooks/${kept.hookId}`);
				delete kept.hookId;
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return { workflowData: [this.helpers.returnJsonArray(this.getBodyData())] };
	}
}
""".replace("API", API)

_CREDENTIALS = """import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class GreenroomApi implements ICredentialType {
	name = 'greenroomApi';

	displayName = 'Greenroom API';

	icon = 'file:greenroom.svg' as const;

	documentationUrl = 'HUB/api/docs';

	properties: INodeProperties[] = [
		{
			displayName: 'Hub',
			name: 'url',
			type: 'string',
			default: 'HUB',
			required: true,
			description: 'The address of the hub',
		},
		{
			displayName: 'Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Sign in to the hub, open API keys and make one',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { 'X-API-Key': '={{$credentials.apiKey}}' } },
	};

	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.url}}', url: 'API/me' },
	};
}
""".replace("API/me", API + "/me")

_README = """# n8n-nodes-greenroom

Two nodes for n8n: **Greenroom** acts on webinars, trainings and meetings of the hub at {url}, and **Greenroom Trigger**
starts workflows when something happens there.

## Install

You need your own n8n and Node 20 or later.

```
npm install
npm run build
npm pack
```

Then install the file that `npm pack` made in the folder of n8n's own nodes (`~/.n8n/nodes`) with
`npm install <file>`, and start n8n again.

## Credentials

The address of the hub, and a key: sign in there, open **API keys** and make one that may read, register, manage and
subscribe to triggers.

## Limits

- 100 calls in 60 seconds for each key.
- The hub must reach n8n: it calls the address of the workflow's webhook over https.
- A test run and the real workflow have different addresses, so there may be two subscriptions for one workflow.
"""
