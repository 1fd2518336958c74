"""Fidelity: what the server is true to where TGI differs from its own document.

``tgi`` answers as a real server does. ``documented`` answers as the document says, where that is possible.
Only the places where the two differ read this value.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen


@frozen
class Fidelity:
    """What to answer in each place where the two differ.

    Attributes:
        name: How the command line calls it.
        framework_errors_are_json: A malformed body is an ErrorResponse with status 422, not plain text.
        stream_errors_have_status: A stream that fails before its first event answers with the error's status.
        models_is_a_list: ``/v1/models`` wraps the model in a list object.
        documented_bounds: Parameters must be within the document's bounds where TGI's own differ:
            ``best_of`` 0, ``seed`` 0, ``top_n_tokens`` 0 and ``frequency_penalty`` -2 are refused, ``top_p``
            and ``typical_p`` 1 are accepted.
        completion_streams_name_end_token: The last chunk of a completion says ``eos_token``, not ``stop``.
        invocations_answer_in_array: ``/invocations`` wraps a GenerateResponse in an array, as ``/`` does.
        schemas_become_patterns: A grammar's JSON schema is one that outlines-core makes a regular expression
            of, and this the model process compiles; otherwise it is any schema.
        tool_streams_follow_the_text: A streamed tool call is the model's text as it stands: the token that
            completes the function's name comes as ``{``, the end token not at all, nor its finish reason.
        completion_streams_show_end_token: A completion's stream has the end token's text in its last chunk.
        plain_answers_count_the_choice: Unstreamed plain words after the choice of no tool are counted as that
            choice was, and end as it did; only the prompt and the headers are those of the words.
        failures_take_the_batch: A request that makes the model process fail takes all with it that run then.
        schedules_in_portions: See ``budget``.
    """

    name: str
    framework_errors_are_json: bool
    stream_errors_have_status: bool
    models_is_a_list: bool
    documented_bounds: bool
    completion_streams_name_end_token: bool
    invocations_answer_in_array: bool
    schemas_become_patterns: bool
    tool_streams_follow_the_text: bool
    completion_streams_show_end_token: bool
    plain_answers_count_the_choice: bool
    failures_take_the_batch: bool
    schedules_in_portions: bool


TGI: Final = Fidelity(
    "tgi",
    framework_errors_are_json=False,
    stream_errors_have_status=False,
    models_is_a_list=True,
    documented_bounds=False,
    completion_streams_name_end_token=True,
    invocations_answer_in_array=True,
    schemas_become_patterns=True,
    tool_streams_follow_the_text=True,
    completion_streams_show_end_token=True,
    plain_answers_count_the_choice=True,
    failures_take_the_batch=True,
    schedules_in_portions=True,
)
DOCUMENTED: Final = Fidelity(
    "documented",
    framework_errors_are_json=True,
    stream_errors_have_status=True,
    models_is_a_list=False,
    documented_bounds=True,
    completion_streams_name_end_token=False,
    invocations_answer_in_array=False,
    schemas_become_patterns=False,
    tool_streams_follow_the_text=False,
    completion_streams_show_end_token=False,
    plain_answers_count_the_choice=False,
    failures_take_the_batch=False,
    schedules_in_portions=False,
)
FIDELITIES: Final = {one.name: one for one in (TGI, DOCUMENTED)}
