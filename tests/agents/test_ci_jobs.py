"""What the readers of the six CI systems make of their files."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.ci import Job, jobs
from claude_preflight.agents.ci.model import GROUP, HOSTED, SECRET, SELF_HOSTED, UNKNOWN, VARIABLE
from claude_preflight.document import Document
from claude_preflight.syntax.nodes import Text

WORKFLOW = ".github/workflows/ci.yml"
PATHS = (
    WORKFLOW,
    "action.yml",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
)


def read(path: str, text: str) -> tuple[Document, tuple[Job, ...]]:
    document = Document(path, dedent(text), frozenset(["ci"]))
    return document, document.remember(jobs)


def spelled(document: Document, text: Text) -> str:
    return document.text[text.start : text.end]


def scripts(job: Job) -> list[str]:
    return [str(script.text) for script in job.scripts()]


def names(job: Job) -> list[tuple[str, str]]:
    return [(reference.kind, str(reference.name)) for reference in job.references]


def test_workflow() -> None:
    document, (build, deploy) = read(
        WORKFLOW,
        """\
        on:
          issues: {types: [opened, labeled]}
          push:
        env: {LEVEL: 1, TOKEN: "${{ secrets.TOKEN }}"}
        permissions: read-all
        jobs:
          build:
            runs-on: ubuntu-latest
            container: node:22
            steps:
              - uses: actions/checkout@v4
                id: code
                with: {ref: main}
              - run: |
                  make
                  make test
                env: {KEY: "${{ secrets['KEY'] }}"}
                if: success()
          deploy:
            needs: build
            if: github.event.comment.author_association == 'OWNER'
            environment: {name: live, url: x}
            runs-on: [self-hosted, linux]
            permissions: {contents: write}
            steps:
              - run: dir
                shell: cmd
              - run: echo ${{ vars.REGION }}
        """,
    )
    assert [str(build.name), str(deploy.name)] == ["build", "deploy"]
    assert document.text[slice(*build.span)].startswith("build:")
    assert (build.runner, deploy.runner) == (HOSTED, SELF_HOSTED)
    assert (build.container is not None, deploy.container) == (True, None)
    assert (build.target, deploy.target) == (None, "live")
    assert deploy.target is not None
    assert spelled(document, deploy.target) == "live"
    assert [(str(each.name), each.types) for each in build.triggers] == [
        ("issues", ("opened", "labeled")),
        ("push", ()),
    ]
    assert build.permissions is not None
    assert build.permissions.everything == "read"
    assert deploy.permissions is not None
    assert deploy.permissions.may_write("contents")
    assert not deploy.permissions.may_write("issues")
    assert build.environment[0] == ("LEVEL", "1")
    assert names(build) == [(SECRET, "TOKEN"), (SECRET, "KEY")]
    assert names(deploy) == [(SECRET, "TOKEN"), (VARIABLE, "REGION")]
    checkout = next(build.actions())
    assert (checkout.name, checkout.version, checkout.inputs.text("ref")) == ("actions/checkout", "v4", "main")
    assert scripts(build) == ["make\nmake test\n"]
    assert build.steps[1].condition == "success()"
    assert [step.id for step in build.steps] == ["code", ""]
    assert [script.dialect for script in deploy.scripts()] == ["cmd", ""]
    assert [spelled(document, guard) for guard in deploy.guards] == ["author_association"]
    assert build.guards == ()


@pytest.mark.parametrize("trigger", ["on: issues", "'on': [issues]", '"on": {issues: }', "on:\n  issues:\n"])
def test_trigger_however_spelled(trigger: str) -> None:
    _, (job,) = read(WORKFLOW, f"{trigger}\njobs: {{a: {{steps: []}}}}\n")
    assert [str(each.name) for each in job.triggers] == ["issues"]


@pytest.mark.parametrize("condition", ["false", "${{ false }}", "'false'"])
def test_job_that_never_runs(condition: str) -> None:
    assert read(WORKFLOW, f"on: push\njobs: {{a: {{if: {condition}, steps: [{{run: x}}]}}}}\n")[1] == ()


@pytest.mark.parametrize(
    ("label", "runner"),
    [
        ("ubuntu-latest", HOSTED),
        ("[self-hosted, linux]", SELF_HOSTED),
        ("${{ matrix.os }}", UNKNOWN),
        ("{group: big}", UNKNOWN),
        ("{group: own, labels: self-hosted}", SELF_HOSTED),
        ("12", UNKNOWN),
    ],
)
def test_runner(label: str, runner: str) -> None:
    _, (job,) = read(WORKFLOW, f"on: push\njobs:\n  a:\n    runs-on: {label}\n")
    assert job.runner == runner


def test_guard_of_a_job_that_is_waited_for() -> None:
    text = """\
    jobs:
      who: {steps: [{run: gh api repos/x/collaborators/y/permission}]}
      between: {needs: [who, last]}
      last: {needs: between, steps: [{run: x}]}
    """
    assert [str(each) for each in read(WORKFLOW, text)[1][2].guards] == ["/collaborators/"]


def test_called_workflow_is_an_action() -> None:
    _, (job,) = read(WORKFLOW, "on: push\njobs: {a: {uses: acme/x/.github/workflows/y.yml@refs/heads/main}}\n")
    (action,) = job.actions()
    assert (action.name, action.version) == ("acme/x/.github/workflows/y.yml", "refs/heads/main")


def test_composite_action() -> None:
    text = "runs: {using: composite, steps: [{run: 'echo ${{ inputs.x }}', shell: pwsh}]}\n"
    _, (job,) = read("review/action.yaml", text)
    assert (scripts(job), next(job.scripts()).dialect) == (["echo ${{ inputs.x }}"], "powershell")
    assert read("action.yml", "runs: {using: node20, main: x.js}\n")[1] == ()


def test_gitlab() -> None:
    document, (review, plain) = read(
        ".gitlab-ci.yml",
        """\
        spec: {inputs: {stage: }}
        ---
        default: {before_script: [pwd], services: [docker:dind]}
        .base:
          image: {name: node:22}
          environment: {name: production/eu}
          variables: {A: $SECRET_A, B: {value: b, description: c}}
        review:
          extends: [.base, .missing]
          secrets: {DATABASE_PASSWORD: {vault: x}}
          script: [[make, make test], "echo ${NAME}"]
        plain:
          tags: [saas-linux-small-amd64]
          before_script: []
          script: make
        """,
    )
    assert [str(review.name), str(plain.name)] == ["review", "plain"]
    assert scripts(review) == ["pwd", "make", "make test", "echo ${NAME}"]
    assert review.container is not None
    assert review.container.breach == "runs Docker inside and so is privileged"
    assert review.target == "production/eu"
    assert review.environment == (("A", "$SECRET_A"), ("B", "b"))
    assert names(review) == [(SECRET, "DATABASE_PASSWORD"), (VARIABLE, "SECRET_A"), (VARIABLE, "NAME")]
    assert (plain.container, plain.runner, review.runner) == (None, HOSTED, UNKNOWN)
    assert spelled(document, review.references[2].name) == "NAME"


def test_gitlab_templates_that_extend_each_other() -> None:
    text = ".a: {extends: .b}\n.b: {extends: .a, script: [x]}\njob: {extends: .a}\n"
    (job,) = read(".gitlab-ci.yml", text)[1]
    assert scripts(job) == ["x"]


def test_circleci() -> None:
    text = """\
    executors: {box: {docker: [{image: cimg/base}], environment: {A: b}}}
    commands: {twice: {steps: [{run: one}, twice, {run: {command: two, shell: powershell.exe}}]}}
    jobs:
      test: {executor: {name: box}, steps: [checkout, twice, {unless: {steps: [{run: three}]}}, {slack/notify: {}}]}
      own: {machine: true, resource_class: acme/linux, steps: []}
    workflows: {w: {jobs: [own, {test: {context: [a, prod]}}]}}
    """
    test, own = read(".circleci/config.yml", text)[1]
    assert scripts(test) == ["one", "two", "three"]
    assert [script.dialect for script in test.scripts()] == ["", "powershell", ""]
    assert (test.container is not None, own.container, test.runner, own.runner) == (True, None, HOSTED, SELF_HOSTED)
    assert names(test) == [(GROUP, "a"), (GROUP, "prod")]
    assert [action.name for action in test.actions()] == ["checkout", "twice", "slack/notify"]


def test_azure() -> None:
    text = """\
    pool: {vmImage: windows-latest}
    variables: [{group: shared}, {name: KEY, value: $(SECRET)}]
    resources: {containers: [{container: box, image: node, options: --privileged}]}
    stages:
      - stage: Build
        jobs:
          - job: A
            container: box
            steps:
              - ${{ if true }}: [{script: dir}, {pwsh: ls}]
              - {task: Bash@3, inputs: {script: make}}
              - {bash: skipped, condition: false}
      - stage: Ship
        jobs:
          - deployment: B
            environment: {name: production}
            pool: own
            strategy: {runOnce: {deploy: {steps: [{bash: ./ship}]}}}
    """
    build, ship = read("azure-pipelines.yml", text)[1]
    assert [str(build.name), str(ship.name)] == ["A", "B"]
    assert [(str(script.text), script.dialect) for script in build.scripts()] == [
        ("dir", "cmd"),
        ("ls", "powershell"),
        ("make", ""),
    ]
    assert build.container is not None
    assert build.container.breach == "is privileged"
    assert (build.runner, ship.runner, ship.target, ship.container) == (HOSTED, UNKNOWN, "production", None)
    assert names(build) == [(GROUP, "shared"), (VARIABLE, "SECRET")]


def test_azure_steps_alone() -> None:
    (job,) = read("azure-pipelines.yml", "steps:\n- script: make\n")[1]
    assert (str(job.name), scripts(job)) == ("steps", ["make"])


def test_bitbucket() -> None:
    text = """\
    image: node
    definitions: {steps: [{step: &b {name: Build, script: [make]}}]}
    pipelines:
      default: [{step: *b}, {parallel: {steps: [{step: {script: [{pipe: "a/b:1.2", variables: {K: $TOKEN}}]}}]}}]
      custom:
        ship: [{stage: {deployment: production, steps: [{step: {runs-on: [self.hosted, linux.shell], script: [x]}}]}}]
    """
    build, pipe, ship = read("bitbucket-pipelines.yml", text)[1]
    assert (str(build.name), scripts(build), build.container is not None) == ("Build", ["make"], True)
    assert [(action.name, action.version) for action in pipe.actions()] == [("a/b", "1.2")]
    assert names(pipe) == [(VARIABLE, "TOKEN")]
    assert (ship.target, ship.container, ship.runner, build.runner) == ("production", None, SELF_HOSTED, HOSTED)


def test_jenkins() -> None:
    document, (tail, build, ship) = read(
        "ci/Jenkinsfile.release",
        r"""
        // stage('no') { steps { sh 'no' } }
        pipeline {
          agent any
          environment { KEY = credentials('key-id')
                        LEVEL = "it\'s" }
          stages {
            stage('Build') {
              agent { docker { image 'node'; args '--privileged' } }
              steps { sh "make ${X}"; sh(returnStdout: true, script: '''a
        b''') }
            }
            stage("Ship it") { steps { withCredentials([string(credentialsId: 'ship', variable: 'S')]) { bat 'go' } } }
          }
          post { always { sh 'rm -r "{"' } }
        }
        """,
    )
    assert [str(job.name) for job in (tail, build, ship)] == ["pipeline", "Build", "Ship it"]
    assert [scripts(job) for job in (tail, build, ship)] == [['rm -r "{"'], ["make ${X}", "a\nb"], ["go"]]
    assert [script.expands for script in build.scripts()] == [True, False]
    assert build.container is not None
    assert (build.container.breach, ship.container, ship.runner) == ("is privileged", None, SELF_HOSTED)
    assert build.environment == (("LEVEL", "it's"),)
    assert names(ship) == [(SECRET, "key-id"), (SECRET, "KEY"), (SECRET, "ship")]
    assert document.text[slice(*ship.span)].startswith('stage("Ship it")')
    assert document.text[slice(*ship.span)].endswith("}")


@pytest.mark.parametrize("path", ["README.yml", "ci/gitlab.yml", ".github/dependabot.yml", "Jenkinsfile.d/x.txt"])
def test_other_files_hold_no_jobs(path: str) -> None:
    assert read(path, "jobs: {a: {steps: [{run: x}]}}\n")[1] == ()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\t",
        "[]",
        "null",
        "jobs: 1",
        "jobs: {a: , b: [x], c: {steps: 1}, d: {steps: [1, null, {run: [x]}]}}",
        "jobs: {a: &x {steps: [*x]}, <<: *x}",
        "steps: {script: {a: b}}",
        "stages: [{jobs: [{steps: [{task: 1}]}]}]",
        "pipelines: {default: [{step: [x]}]}",
        "a: {script: {b: c}, image: [x], extends: {d: e}, variables: [1]}",
        "pipeline { stages { stage('x') { steps { sh '",
        "}}}} sh(((((",
        "\0",
    ],
)
def test_odd_shapes_are_no_error(path: str, text: str) -> None:
    document, found = read(path, text)
    assert all(0 <= job.span.start <= job.span.end <= len(document.text) for job in found)


FRAGMENTS = (
    "jobs:",
    "steps:",
    "- run: x",
    "  ",
    "\n",
    "script: [",
    "]",
    "{",
    "}",
    "'",
    '"',
    "stage('a') {",
    "sh ",
    "&a",
    "*a",
)


@given(st.sampled_from(PATHS), st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=30))
@settings(max_examples=150, deadline=None)
def test_never_raises(path: str, parts: list[str]) -> None:
    document = Document(path, "".join(parts), frozenset(["ci"]))
    for job in jobs(document):
        assert 0 <= job.span.start <= job.span.end <= len(document.text)


@pytest.mark.parametrize("text", ["{" * 100_000, "stage('a') {" * 20_000, "sh('x' " * 20_000, '"""' * 50_000])
def test_deep_jenkins_file(text: str) -> None:
    document, found = read("Jenkinsfile", text)
    assert all(job.span.end <= len(document.text) for job in found)
