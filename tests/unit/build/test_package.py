import json
import shutil
import sys
from pathlib import Path

import pytest

from infra.build.contents import CONTENTS
from infra.build.manifest import BuildError, Manifest
from infra.build.package import make_package
from tests.unit.build.conftest import Isolated

HEALTH = {"httpMethod": "GET", "path": "/reference/actuator/health", "headers": {}, "requestContext": {}}
IMPORT_ALL = """
import app, importlib, pkgutil, services
for module in pkgutil.walk_packages(services.__path__, "services."):
    importlib.import_module(module.name)
    print(module.name)
"""
LOG_LINE = """
from shared.observability import logger
logger.info("written")
"""
STATEMENT = """
from sqlalchemy.dialects.mysql.pymysql import dialect
from services.reference.tables import site
from shared.narrowing import search_any
from sqlalchemy import bindparam, insert, select
print(select(site.c.id).where(search_any([site.c.siteCode], bindparam("term"))).compile(dialect=dialect()))
print(insert(site).compile(dialect=dialect()))
"""
SIGNED_TOKEN = """
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
token = jwt.encode({"sub": "anna"}, key, algorithm="RS256")
print(jwt.decode(token, jwt.PyJWK(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)).key, ["RS256"]))
"""
DATABASE = """
from shared.db import Database
from shared.errors import Unavailable
try:
    with Database("mysql+pymysql://nobody@127.0.0.1:1/none").work() as work:
        work.begin()
except Unavailable as error:
    print("unavailable")
"""


@pytest.fixture
def package(checkout: Path, manifest: Manifest) -> Path:
    return make_package(checkout, manifest, "reference")


def test_function_answers_from_its_package_alone(package: Path, isolated: Isolated) -> None:
    printed = isolated(package, f"import app, json\nprint(json.dumps(app.app({HEALTH!r}, None)))")
    answer = json.loads(printed.splitlines()[-1])  # after the line of its log
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"status": "UP"}


@pytest.mark.parametrize("service", ["reference", "strangler"])
def test_every_module_of_a_service_is_importable(
    checkout: Path, manifest: Manifest, service: str, isolated: Isolated
) -> None:
    folder = make_package(checkout, manifest, service)
    imported = isolated(folder, IMPORT_ALL).split()
    sources = [path for path in (folder / "services" / service).rglob("*.py") if path.name != "__init__.py"]
    assert len(imported) == len(sources) + 1  # and the service itself
    assert {path.name for path in (folder / "services").iterdir()} == {"__init__.py", "__pycache__", service}


def test_the_logger_writes_from_the_package_alone(package: Path, isolated: Isolated) -> None:
    assert json.loads(isolated(package, LOG_LINE))["message"] == "written"


def test_statements_are_compiled_from_the_package_alone(package: Path, isolated: Isolated) -> None:
    told = isolated(package, STATEMENT)
    assert "`siteCode` LIKE %s" in told
    assert "INSERT INTO" in told


def test_tokens_are_verified_from_the_package_alone(package: Path, isolated: Isolated) -> None:
    assert isolated(package, SIGNED_TOKEN) == "{'sub': 'anna'}\n"


def test_the_database_is_asked_from_the_package_alone(package: Path, isolated: Isolated) -> None:
    assert isolated(package, DATABASE) == "unavailable\n"


def test_all_modules_have_their_byte_code_and_use_it(package: Path, isolated: Isolated) -> None:
    tag = sys.implementation.cache_tag
    for source in package.rglob("*.py"):
        assert (source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc").is_file(), source
    (package / "services/reference/sites.py").write_text("raise RuntimeError", encoding="utf-8")
    isolated(package, "import services.reference.sites")  # unchecked: what is compiled counts


def test_package_leaves_out_what_lambda_does_not_need(package: Path) -> None:
    for name in ("services/reference/seed.py", "services/reference/.chalice", "infra", "tests"):
        assert not (package / name).exists(), name
    for name in ("sqlalchemy/orm", "sqlalchemy/testing", "sqlalchemy/dialects/oracle", "pydantic/v1", "boto3"):
        assert not (package / name).exists(), name
    assert not list(package.glob("*.dist-info"))


def test_every_pattern_prunes_something(built: Path, manifest: Manifest) -> None:
    from infra.build.libraries import installed_files, pinned  # noqa: PLC0415
    from infra.build.package import matches  # noqa: PLC0415

    for name, patterns in manifest.pruned.items():
        if name != "*":
            files = [path for path, _ in installed_files(pinned(built, (name,))[0])]
            for pattern in patterns:
                assert any(matches(path, (pattern,)) for path in files), f"{name}: {pattern}"


def test_two_clean_builds_are_the_same(package: Path, checkout: Path, manifest: Manifest) -> None:
    first = (package / CONTENTS).read_text(encoding="utf-8")
    shutil.rmtree(checkout / "build")
    assert (make_package(checkout, manifest, "reference") / CONTENTS).read_text(encoding="utf-8") == first


def test_an_unchanged_package_is_left_alone(package: Path, checkout: Path, manifest: Manifest) -> None:
    before = (package / CONTENTS).stat().st_ino
    assert make_package(checkout, manifest, "reference") == package
    assert (package / CONTENTS).stat().st_ino == before


def test_a_renamed_file_changes_the_package(package: Path, checkout: Path, manifest: Manifest) -> None:
    before = (package / CONTENTS).read_bytes()
    (checkout / "shared/java.py").rename(checkout / "shared/javanese.py")
    make_package(checkout, manifest, "reference")
    assert (package / CONTENTS).read_bytes() != before
    assert not (package / "shared/java.py").exists()
    assert (package / "shared/javanese.py").exists()


def test_a_damaged_package_is_made_again(package: Path, checkout: Path, manifest: Manifest) -> None:
    (package / "sqlalchemy/exc.py").unlink()
    make_package(checkout, manifest, "reference")
    assert (package / "sqlalchemy/exc.py").is_file()


def test_a_file_that_cannot_be_compiled_keeps_the_old_package(
    package: Path, checkout: Path, manifest: Manifest
) -> None:
    before = (package / CONTENTS).read_bytes()
    (checkout / "shared/java.py").write_text("def :", encoding="utf-8")
    with pytest.raises(BuildError, match=r"(?s)cannot be compiled.*shared/java\.py"):
        make_package(checkout, manifest, "reference")
    assert (package / CONTENTS).read_bytes() == before
    assert [path.name for path in package.parent.iterdir()] == ["package"]


def test_a_service_without_app_is_a_sentence(checkout: Path, manifest: Manifest) -> None:
    (checkout / "services/reference/app.py").unlink()
    with pytest.raises(BuildError, match=r"services/reference has no app\.py"):
        make_package(checkout, manifest, "reference")
