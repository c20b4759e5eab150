"""What the plans of the demo refer to: the review form, task statuses, the service bridge."""

from __future__ import annotations

from typing import Any, Final

TOKEN_SECRET: Final = "ERP_TOKEN"

STATUSES: Final[tuple[dict[str, Any], ...]] = (
    {"slug": "to-do", "name": "To do", "status_type": "OPEN", "color": "#8a8f98"},
    {"slug": "in-progress", "name": "In progress", "status_type": "IN_PROGRESS", "color": "#2563eb"},
    {"slug": "done", "name": "Done", "status_type": "DONE", "color": "#16a34a"},
    {"slug": "rejected", "name": "Rejected", "status_type": "DONE", "color": "#dc2626"},
)

INVOICE_FORM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["supplier", "number", "date", "currency", "total"],
    "properties": {
        "supplier": {"type": "string", "title": "Supplier", "minLength": 1, "maxLength": 200},
        "number": {"type": "string", "title": "Invoice number", "minLength": 1, "maxLength": 200},
        "date": {"type": "string", "format": "date", "title": "Invoice date"},
        "currency": {"type": "string", "enum": ["EUR", "USD", "GBP"], "title": "Currency", "default": "EUR"},
        "total": {"type": "number", "minimum": 0.01, "title": "Total to pay"},
        "poNumber": {"type": "string", "maxLength": 200, "title": "Purchase order"},
        "notes": {
            "type": "string",
            "maxLength": 1000,
            "title": "Notes",
            "description": "Kept with the bill in the ERP.",
        },
    },
    "layout": [
        {"title": "Invoice", "fields": ["supplier", "number", "date", "poNumber"]},
        {"title": "Amount", "fields": ["total", "currency"]},
        {"title": "Decision", "fields": [{"field": "notes", "widget": "textarea"}]},
    ],
}

INVOICE_REVIEW: Final[dict[str, Any]] = {
    "title": "Review invoice",
    "form": INVOICE_FORM,
    "candidates": {"roles": ["reviewer"], "teams": ["payables-desk"], "people": []},
    "dueInHours": 24,
    "actions": [
        {
            "slug": "approve",
            "label": "Approve",
            "properties": {"style": "primary", "statusSlug": "done", "shortcut": "a"},
        },
        {"slug": "correct", "label": "Correct and approve", "properties": {"statusSlug": "done"}},
        {
            "slug": "reject",
            "label": "Reject",
            "properties": {
                "style": "danger",
                "statusSlug": "rejected",
                "requireComment": True,
                "commentPrompt": "What the supplier is told",
                "gatedByCompleteness": False,
                "shortcut": "r",
            },
        },
    ],
}


def erp_bridge(base_url: str) -> dict[str, Any]:
    """Return the definition of the bridge to the demo ERP that this server runs."""
    return {
        "baseUrl": f"{base_url.rstrip('/')}/demo/erp/api",
        "defaultHeaders": [
            {"name": "Accept", "value": "application/json"},
            {"name": "Authorization", "value": f"Bearer ${{secrets.{TOKEN_SECRET}}}"},
        ],
        "endpoints": [
            {
                "name": "create-bill",
                "description": "Post a bill.",
                "method": "POST",
                "path": "/bills",
                "requestSchema": {
                    "type": "object",
                    "required": ["supplier", "number", "date", "currency", "total", "lines"],
                },
            },
            {
                "name": "notify-supplier",
                "description": "Tell a supplier why an invoice is not paid.",
                "method": "POST",
                "path": "/notices",
                "requestSchema": {"type": "object", "required": ["supplier", "reason"]},
            },
            {"name": "list", "description": "The newest bills.", "method": "GET", "path": "/bills"},
        ],
    }
