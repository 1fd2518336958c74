"""The model `Info`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define as _define
from attrs import field as _field

from ..codec import members_of, missing, other_members
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping


@_define
class Info:
    """The deployment: model, limits, version.

    Attributes:
        max_best_of (int): Largest accepted `best_of`.
        max_client_batch_size (int): Maximum number of prompts in a completion request.
        max_concurrent_requests (int): Maximum number of concurrent requests; further ones are
            answered with 429.
        max_input_tokens (int): Longest accepted prompt, in tokens, after truncation.
        max_stop_sequences (int): Maximum number of strings in `stop`.
        max_total_tokens (int): Maximum number of tokens of prompt and generated text together.
        model_id (str): Name of the served model: a repository of the Hugging Face Hub, or a local
            name.
        router (str): Name of the program that serves this interface.
        validation_workers (int): Number of workers that tokenize and check requests.
        version (str): Version of the server, such as `3.3.6-dev0`.
        docker_label (str | None | Unset): Label of the container image that the server was built
            as; null outside such a build.
        model_pipeline_tag (str | None | Unset): Task of the model on the Hub, such as
            `text-generation`; null where unknown.
        model_sha (str | None | Unset): Revision of the model on the Hub; null where unknown.
        sha (str | None | Unset): Commit that the server was built from; null where unknown.
        additional_properties (dict[str, Any]): What the document does not name.
    """

    max_best_of: int
    max_client_batch_size: int
    max_concurrent_requests: int
    max_input_tokens: int
    max_stop_sequences: int
    max_total_tokens: int
    model_id: str
    router: str
    validation_workers: int
    version: str
    docker_label: str | None | Unset = UNSET
    model_pipeline_tag: str | None | Unset = UNSET
    model_sha: str | None | Unset = UNSET
    sha: str | None | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict, kw_only=True)

    _members: ClassVar[frozenset[str]] = frozenset(
        {
            "max_best_of",
            "max_client_batch_size",
            "max_concurrent_requests",
            "max_input_tokens",
            "max_stop_sequences",
            "max_total_tokens",
            "model_id",
            "router",
            "validation_workers",
            "version",
            "docker_label",
            "model_pipeline_tag",
            "model_sha",
            "sha",
        }
    )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any], /) -> Info:
        """Read a JSON object.

        Raises:
            DecodeError: When a required member is missing, or a member has another shape than documented.
        """
        if type(src_dict) is not dict:
            src_dict = members_of(src_dict, "Info")
        try:
            _self = object.__new__(cls)
            _self.max_best_of = src_dict["max_best_of"]
            _self.max_client_batch_size = src_dict["max_client_batch_size"]
            _self.max_concurrent_requests = src_dict["max_concurrent_requests"]
            _self.max_input_tokens = src_dict["max_input_tokens"]
            _self.max_stop_sequences = src_dict["max_stop_sequences"]
            _self.max_total_tokens = src_dict["max_total_tokens"]
            _self.model_id = src_dict["model_id"]
            _self.router = src_dict["router"]
            _self.validation_workers = src_dict["validation_workers"]
            _self.version = src_dict["version"]
            _self.docker_label = src_dict.get("docker_label", UNSET)
            _self.model_pipeline_tag = src_dict.get("model_pipeline_tag", UNSET)
            _self.model_sha = src_dict.get("model_sha", UNSET)
            _self.sha = src_dict.get("sha", UNSET)
            _self.additional_properties = (
                {}
                if len(src_dict)
                == 10
                + ("docker_label" in src_dict)
                + ("model_pipeline_tag" in src_dict)
                + ("model_sha" in src_dict)
                + ("sha" in src_dict)
                else other_members(src_dict, cls._members)
            )
            return _self
        except KeyError as _missing:
            raise missing("Info", _missing) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON object; members that are `UNSET` are left out."""
        _d: dict[str, Any] = {**self.additional_properties}
        _d["max_best_of"] = self.max_best_of
        _d["max_client_batch_size"] = self.max_client_batch_size
        _d["max_concurrent_requests"] = self.max_concurrent_requests
        _d["max_input_tokens"] = self.max_input_tokens
        _d["max_stop_sequences"] = self.max_stop_sequences
        _d["max_total_tokens"] = self.max_total_tokens
        _d["model_id"] = self.model_id
        _d["router"] = self.router
        _d["validation_workers"] = self.validation_workers
        _d["version"] = self.version
        if self.docker_label is not UNSET:
            _d["docker_label"] = self.docker_label
        if self.model_pipeline_tag is not UNSET:
            _d["model_pipeline_tag"] = self.model_pipeline_tag
        if self.model_sha is not UNSET:
            _d["model_sha"] = self.model_sha
        if self.sha is not UNSET:
            _d["sha"] = self.sha
        return _d
