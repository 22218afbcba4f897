"""The route table compiled to the gateway's own OpenAPI: what is decided needs no function to decide it again."""

from infra.routing.compiled.addresses import Addresses
from infra.routing.compiled.compiling import Answered, Compiled, compile_document, compile_routes
from infra.routing.compiled.matcher import Matched, Matcher

__all__ = ["Addresses", "Answered", "Compiled", "Matched", "Matcher", "compile_document", "compile_routes"]
