"""`@input_schema(name, type)` and `@output_schema(type)`: said about run(), one input_schema a parameter."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType
from inference_schema.schema_util import INPUTS, OUTPUT, inputs_of


def input_schema(
    param_name: str,
    param_type: AbstractParameterType,
    convert_to_provided_type: bool = True,
    optional: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`convert_to_provided_type=False` checks the value and hands it on as it came."""
    if not isinstance(param_type, AbstractParameterType):
        raise TypeError(f"input_schema('{param_name}', …) takes a ParameterType, not a {type(param_type).__name__}.")

    def decorate(run: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(run)
        if param_name not in signature.parameters:
            raise ValueError(f"input_schema names '{param_name}', which is no parameter of {run.__name__}().")

        @functools.wraps(run)
        def checked(*given: Any, **named: Any) -> Any:
            bound = signature.bind(*given, **named)
            if param_name in bound.arguments:
                read = param_type.deserialize_input(bound.arguments[param_name])
                if convert_to_provided_type:
                    bound.arguments[param_name] = read
            return run(*bound.args, **bound.kwargs)

        may_be_absent = optional or signature.parameters[param_name].default is not inspect.Parameter.empty
        setattr(checked, INPUTS, {param_name: (param_type, may_be_absent), **inputs_of(run)})
        return checked

    return decorate


def output_schema(output_type: AbstractParameterType) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(run: Callable[..., Any]) -> Callable[..., Any]:
        setattr(run, OUTPUT, output_type)
        return run

    return decorate
