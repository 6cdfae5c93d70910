"""The gRPC service of a scoring server: the same model, checks, queue and counts as over HTTP."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.scoring.application import Application
from mlops.scoring.binary_tensors import EXTENSION
from mlops.scoring.grpc.messages import SERVICE, message
from mlops.scoring.grpc.translating import answer_of, metadata_of, request_of

_CODES = {
    400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 413: "RESOURCE_EXHAUSTED", 422: "INVALID_ARGUMENT",
    503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip

Act = Callable[[Application, Any, Any], Awaitable[Any]]
"""(application, message, grpc's context) to the answer."""


class GrpcServer:
    """Raises Refusal `no_grpc` where the extra is not installed, OSError when the address cannot be had."""

    def __init__(self, application: Application, *, host: str, port: int) -> None:
        try:
            import grpc
        except ImportError:
            raise Refusal(
                "no_grpc", _("gRPC is not installed."), hint=_("Install mlops-studio[grpc], or leave --grpc-port out.")
            ) from None
        most = application.serving.limits.body_bytes
        options = [("grpc.max_receive_message_length", most), ("grpc.so_reuseport", 0)]
        self._server = grpc.aio.server(options=options)
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(
                _answering(act, application),
                request_deserializer=message(f"{name}Request").FromString,
                response_serializer=message(f"{name}Response").SerializeToString,
            )
            for name, act in _ACTS.items()
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
        try:
            self._server.add_insecure_port(f"{host}:{port}")
        except RuntimeError as error:
            raise OSError(0, str(error)) from error

    async def start(self) -> None:
        await self._server.start()

    async def drain(self, *, seconds: float) -> None:
        await self._server.stop(seconds)


def _answering(act: Act, application: Application) -> Callable[[Any, Any], Awaitable[Any]]:
    async def answer(asked: Any, context: Any) -> Any:
        import grpc

        try:
            return await act(application, asked, context)
        except Refusal as refusal:
            code = getattr(grpc.StatusCode, _CODES.get(refusal.status, "INTERNAL"))
            await context.abort(code, f"{refusal.message} {refusal.hint}".strip())
        except Exception as error:
            traceback.print_exc()
            await context.abort(grpc.StatusCode.INTERNAL, f"The scoring server failed: {type(error).__name__}: {error}")

    return answer


async def _live(application: Application, asked: Any, context: Any) -> Any:
    return message("ServerLiveResponse")(live=True)


async def _ready(application: Application, asked: Any, context: Any) -> Any:
    return message("ServerReadyResponse")(ready=not application.not_ready())


async def _model_ready(application: Application, asked: Any, context: Any) -> Any:
    model = application.model(asked.name, asked.version)
    return message("ModelReadyResponse")(ready=not model.trouble)


async def _server_metadata(application: Application, asked: Any, context: Any) -> Any:
    from mlops import __version__

    return message("ServerMetadataResponse")(name="mlops-studio", version=__version__, extensions=[EXTENSION])


async def _model_metadata(application: Application, asked: Any, context: Any) -> Any:
    return metadata_of(application.model(asked.name, asked.version).metadata())


async def _infer(application: Application, asked: Any, context: Any) -> Any:
    model = application.model(asked.model_name, asked.model_version)
    headers = {name.encode(): _bytes(value) for name, value in context.invocation_metadata() or ()}
    told, told_with = await application.infer(model, request_of(asked), headers=headers)
    if told_with:
        await context.send_initial_metadata([(name.decode(), value.decode()) for name, value in told_with])
    return answer_of(told)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


_ACTS: dict[str, Act] = {
    "ServerLive": _live,
    "ServerReady": _ready,
    "ModelReady": _model_ready,
    "ServerMetadata": _server_metadata,
    "ModelMetadata": _model_metadata,
    "ModelInfer": _infer,
}
