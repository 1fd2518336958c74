"""The two ways to answer where TGI departs from its own document.

``tgi`` answers as a real server does, departures included. ``documented`` keeps the document to the letter
where that can be done. The few places of departure ask this value; nothing else in the server knows of it.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen


@frozen
class Character:
    """One way to answer.

    Attributes:
        name: How the command line calls it.
        framework_errors_are_json: A malformed body is an ErrorResponse with status 422, not plain text.
        stream_errors_have_status: A stream that fails before its first event answers with the error's status.
        models_is_a_list: ``/v1/models`` wraps the model in a list object.
        documented_bounds: Parameters are held to the document's bounds where TGI's own differ: ``best_of`` 0,
            ``seed`` 0, ``top_n_tokens`` 0 and ``frequency_penalty`` -2 are refused, ``top_p`` and
            ``typical_p`` 1 are accepted.
        completion_streams_name_end_token: The last chunk of a completion says ``eos_token``, not ``stop``.
        invocations_answer_in_array: ``/invocations`` wraps a GenerateResponse in an array, as ``/`` does.
    """

    name: str
    framework_errors_are_json: bool
    stream_errors_have_status: bool
    models_is_a_list: bool
    documented_bounds: bool
    completion_streams_name_end_token: bool
    invocations_answer_in_array: bool


TGI: Final = Character(
    "tgi",
    framework_errors_are_json=False,
    stream_errors_have_status=False,
    models_is_a_list=True,
    documented_bounds=False,
    completion_streams_name_end_token=True,
    invocations_answer_in_array=True,
)
DOCUMENTED: Final = Character(
    "documented",
    framework_errors_are_json=True,
    stream_errors_have_status=True,
    models_is_a_list=False,
    documented_bounds=True,
    completion_streams_name_end_token=False,
    invocations_answer_in_array=False,
)
CHARACTERS: Final = {one.name: one for one in (TGI, DOCUMENTED)}
