"""Which model a name means, by the settings; without a key it is the offline stand-in.

Rule 1: the key and the address of the settings go to the provider of the settings, never to another one.
Rule 2: a plan may name another provider only where the operator allows it; it has the key that it reads by itself.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.providers import Provider

SIZES: Final = ("SMALL", "LARGE")
# An endpoint that speaks the chat completions protocol of OpenAI, whoever runs it.
COMPATIBLE: Final = "openai-compatible"
_OLD_NAMES: Final = {"google-gla": "google", "gemini": "google", "google-vertex": "google-cloud"}
_SERVES_OPENAI: Final = ("", COMPATIBLE, "openai", "openai-chat")
_PROVIDER_NAME: Final = re.compile(r"[a-z][a-z0-9-]*")
_ADDRESS: Final = ("base_url", "api_base")


class ModelProblem(Exception):
    """A name or a setting that no model answers to: somebody must put it right first."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model that can be asked; without `model` it is the offline stand-in. `secrets` are redacted from errors."""

    provider: str
    name: str
    model: Model | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    why: str = ""  # it is the stand-in

    @property
    def stand_in(self) -> bool:
        """Tell if no real model answers."""
        return self.model is None


def choose(wanted: str) -> Chosen:
    """Return the model for `SMALL`, `LARGE` or an id (`provider:model`, or a model of the provider set)."""
    wanted = wanted or "SMALL"
    meant = _setting(wanted) if wanted in SIZES else wanted
    configured = _configured()
    if not configured:
        return _stand_in("neither MODEL_PROVIDER, MODEL_BASE_URL nor MODEL_API_KEY is set")
    if not meant:
        return _stand_in(f"MODEL_{wanted} is not set")
    provider, name = _split(meant)
    if provider == configured:
        own = settings.MODEL_API_KEY or settings.MODEL_BASE_URL
        return _of_settings(provider, name) if own else _of_environment(provider, name)
    if provider in settings.MODEL_PROVIDERS:
        return _of_environment(provider, name)
    raise ModelProblem(
        f'model "{meant}" is of provider {provider}, which plans may not use here; '
        "whoever runs this installation allows it in MODEL_PROVIDERS"
    )


def _setting(size: str) -> str:
    small, large = settings.MODEL_SMALL, settings.MODEL_LARGE
    return (small or large) if size == "SMALL" else (large or small)


def _configured() -> str:
    """Return the provider of the settings, "" where none is set up."""
    # `MODEL_SMALL=anthropic:…` says it all.
    named = settings.MODEL_PROVIDER or _parts(_setting("SMALL"))[0]
    provider = _OLD_NAMES.get(named, named)
    if provider in _SERVES_OPENAI and settings.MODEL_BASE_URL:
        return COMPATIBLE
    return provider or ("openai" if settings.MODEL_API_KEY else "")


def _split(meant: str) -> tuple[str, str]:
    """Return provider and model; a model's own name may hold a colon, as `llama3:8b` does."""
    provider, name = _parts(meant)
    if not provider:
        return _configured(), name
    # The endpoint of the settings stands in for OpenAI itself.
    if provider in _SERVES_OPENAI and _configured() == COMPATIBLE:
        return COMPATIBLE, name
    return provider, name


def _parts(meant: str) -> tuple[str, str]:
    head, separator, rest = meant.partition(":")
    provider = _OLD_NAMES.get(head, head)
    return (provider, rest) if separator and _is_provider(provider) else ("", meant)


def _is_provider(name: str) -> bool:
    """Tell if the library has such a provider, without importing what that takes."""
    if name == COMPATIBLE:
        return True
    if not _PROVIDER_NAME.fullmatch(name):
        return False
    module = name.replace("-", "_")
    family = module.rpartition("_")[0] or module  # openai-chat, azure-responses
    return any(find_spec(f"pydantic_ai.providers.{each}") is not None for each in (module, family))


def _of_settings(provider: str, name: str) -> Chosen:
    """Make the model with the key and the address of the settings."""
    key, address = settings.MODEL_API_KEY, settings.MODEL_BASE_URL
    if provider == COMPATIBLE:
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.profiles.openai import OpenAIModelProfile
        from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

        # Every such endpoint knows `max_tokens`, few know what OpenAI calls it now.
        profile = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
        served = OpenAICompatibleProvider(COMPATIBLE, base_url=address, api_key=key or None, profile=profile)
        return Chosen(provider, name, OpenAIChatModel(name, provider=served), _secrets(key))
    return Chosen(provider, name, _inferred(provider, name, key=key, address=address), _secrets(key))


def _of_environment(provider: str, name: str) -> Chosen:
    """Make the model with the provider's own key, from the variable that provider reads; the stand-in without one."""
    from pydantic_ai.exceptions import UserError
    from pydantic_ai.providers import infer_provider_class

    if provider == COMPATIBLE:
        return _stand_in("MODEL_BASE_URL is not set")
    try:
        infer_provider_class(provider)()
    except UserError:
        return _stand_in(f"there is no key for provider {provider}")
    except ImportError as error:
        raise ModelProblem(f'provider "{provider}" needs a package that is not installed: {error}') from error
    except ValueError as error:
        raise ModelProblem(f'MODEL_PROVIDER "{provider}" is no provider that is known here') from error
    return Chosen(provider, name, _inferred(provider, name, key="", address=""))


def _inferred(provider: str, name: str, *, key: str, address: str) -> Model:
    from pydantic_ai.exceptions import UserError
    from pydantic_ai.models import infer_model

    try:
        return infer_model(f"{provider}:{name}", lambda _name: _provider(provider, key=key, address=address))
    except (UserError, ValueError, ImportError) as error:
        raise ModelProblem(f'model "{provider}:{name}" can\'t be used: {error}') from error


def _provider(provider: str, *, key: str, address: str) -> Provider[Any]:
    from pydantic_ai.providers import infer_provider_class

    kind = infer_provider_class(provider)
    given = {"api_key": key} if key else {}
    if address:
        takes = inspect.signature(kind).parameters
        parameter = next((name for name in _ADDRESS if name in takes), None)
        if parameter is None:
            raise ModelProblem(f'provider "{provider}" takes no MODEL_BASE_URL; leave it empty')
        given[parameter] = address
    return kind(**given)


def _secrets(key: str) -> tuple[str, ...]:
    return (key,) if key else ()


def _stand_in(why: str) -> Chosen:
    return Chosen("offline stand-in", "offline-stand-in", why=why)
