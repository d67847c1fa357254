"""The way in without internet refuses what cannot work before it changes anything."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def prepare(bundle: Path, *options: str) -> tuple[int, str]:
    environment = os.environ | {"BUNDLE": str(bundle)}
    done = subprocess.run(
        [ROOT / "deploy" / "prepare", *options], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_a_folder_that_is_no_bundle_a_path_with_a_space_and_tests_from_a_bundle_are_refused(tmp_path: Path) -> None:
    code, said = prepare(tmp_path)
    assert (code, "is no bundle" in said) == (2, True)
    spaced = tmp_path / "with space"
    spaced.mkdir()
    (spaced / "BUNDLE").write_text("street-cockpit 0\n", encoding="utf-8")
    code, said = prepare(spaced)
    assert (code, "a path with a space" in said) == (2, True)
    code, said = prepare(tmp_path, "--test")
    assert (code, "not what its tests need" in said) == (2, True)


def test_a_damaged_bundle_installs_nothing(tmp_path: Path) -> None:
    bundle, target = tmp_path / "bundle", tmp_path / "target"
    bundle.mkdir()
    (bundle / "install").write_bytes((ROOT / "deploy" / "bundle-install").read_bytes())
    (bundle / "project.tar.gz").write_bytes(b"altered")
    (bundle / "SHA256SUMS").write_text(f"{'0' * 64}  project.tar.gz\n", encoding="utf-8")
    done = subprocess.run(["bash", bundle / "install", target], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "damaged" in done.stderr
    assert not target.exists()


def test_a_folder_with_something_else_in_it_is_not_overwritten(tmp_path: Path) -> None:
    bundle, target = tmp_path / "bundle", tmp_path / "target"
    bundle.mkdir()
    target.mkdir()
    (target / "letters.txt").write_text("mine", encoding="utf-8")
    (bundle / "install").write_bytes((ROOT / "deploy" / "bundle-install").read_bytes())
    (bundle / "README.md").write_text("", encoding="utf-8")
    sums = subprocess.run(["sha256sum", "README.md"], cwd=bundle, capture_output=True, text=True, check=True).stdout
    (bundle / "SHA256SUMS").write_text(sums, encoding="utf-8")
    done = subprocess.run(["bash", bundle / "install", target], capture_output=True, text=True, check=False)
    assert (done.returncode, "holds something else" in done.stderr) == (2, True)
    assert (target / "letters.txt").read_text(encoding="utf-8") == "mine"
