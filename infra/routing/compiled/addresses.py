"""Where the gateway's integrations lead: a service's function, and the old servers behind the VPC link."""

from dataclasses import dataclass
from typing import Any

PLAIN = "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/arn:aws:lambda:{region}:{account}:function:{name}"
OF_TEMPLATE = {"region": "${AWS::Region}", "account": "${AWS::AccountId}"}


@dataclass(frozen=True)
class Addresses:
    """The names of a stage. Account, region and old servers are CloudFormation's to fill in where they are not given.

    Then the document is for a template: its exports OldServersUrl and VpcLinkId are those of infra/templates/legacy.yaml.
    """

    stage: str
    prefix: str = "tis"
    alias: str = "live"  # of every function; none where Chalice deploys them
    account: str = ""
    region: str = ""
    legacy_url: str = ""
    vpc_link: str = ""

    def function(self, service: str) -> Any:
        """The URI by which a service's function is invoked."""
        name = f"{self.prefix}-{service}-{self.stage}{':' if self.alias else ''}{self.alias}/invocations"
        if self.account and self.region:
            return PLAIN.format(name=name, account=self.account, region=self.region)
        return {"Fn::Sub": PLAIN.replace("arn:aws:", "arn:${{AWS::Partition}}:").format(name=name, **OF_TEMPLATE)}

    def old_servers(self, path: str) -> dict[str, Any]:
        """The URI of a path at the old servers, with `{name}` for what a variable holds, and the way there."""
        if not self.legacy_url:
            host = {"OldServers": self._export("OldServersUrl")}
            uri = {"Fn::Sub": [f"${{OldServers}}{path}", host]}
            return {"uri": uri, "connectionType": "VPC_LINK", "connectionId": self._export("VpcLinkId")}
        link = {"connectionType": "VPC_LINK", "connectionId": self.vpc_link} if self.vpc_link else {}
        return {"uri": f"{self.legacy_url.rstrip('/')}{path}", **link}

    def _export(self, name: str) -> dict[str, str]:
        return {"Fn::ImportValue": f"{self.prefix}-{self.stage}-{name}"}
