"""MiniStack 1.5.33 with additions that the template needs. Each one cites the behaviour of AWS; the template is unchanged."""

import asyncio
import datetime
import ipaddress
import json
import os
import signal
import sys
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ministack import app
from ministack.core import iam_evaluator, lambda_runtime
from ministack.services import apigateway, eventbridge, lambda_svc, secretsmanager, sqs
from ministack.services.cloudformation import provisioners

HANDLERS = provisioners._RESOURCE_HANDLERS


# ---- CloudFormation: four types that MiniStack refuses with "Unrecognized resource types" ------------------------------


def _checked(what, response):
    status, _headers, body = response
    if status >= 400:
        raise ValueError(f"{what}: {body!r}")
    return json.loads(body) if body else {}


def _route_of(properties):
    # `Ref` of a route is its id (user guide); in MiniStack it is "api/route".
    return properties["ApiId"], properties["RouteId"].split("/")[-1]


def _create_route_response(_logical_id, properties, _stack):
    api, route = _route_of(properties)
    body = {"routeResponseKey": properties["RouteResponseKey"]}
    made = _checked("RouteResponse", apigateway._create_route_response(api, route, body))
    return made["routeResponseId"], {}


def _delete_route_response(physical_id, properties):
    apigateway._delete_route_response(*_route_of(properties), physical_id)


def _create_integration_response(_logical_id, properties, _stack):
    # The members of the API's body have the names of the properties, in camel case.
    body = {name[0].lower() + name[1:]: value for name, value in properties.items()}
    made = apigateway._create_integration_response(properties["ApiId"], properties["IntegrationId"], body)
    return _checked("IntegrationResponse", made)["integrationResponseId"], {}


def _delete_integration_response(physical_id, properties):
    apigateway._delete_integration_response(properties["ApiId"], properties["IntegrationId"], physical_id)


def _secret(secret_id):
    _name, secret = secretsmanager._resolve(secret_id)
    if not secret:
        raise ValueError(f"no such secret: {secret_id}")
    return secret


def _schedule_rotation(_logical_id, properties, _stack):
    secret = _secret(properties["SecretId"])
    days = int(properties["RotationRules"]["AutomaticallyAfterDays"])
    secret.update(
        RotationEnabled=True,
        RotationLambdaARN=properties["RotationLambdaARN"],
        RotationRules={"AutomaticallyAfterDays": days},
    )
    return secret["ARN"], {}


HANDLERS["AWS::ApiGatewayV2::RouteResponse"] = {"create": _create_route_response, "delete": _delete_route_response}
HANDLERS["AWS::ApiGatewayV2::IntegrationResponse"] = {
    "create": _create_integration_response,
    "delete": _delete_integration_response,
}
HANDLERS["AWS::SecretsManager::RotationSchedule"] = {
    "create": _schedule_rotation,
    "update": lambda _physical_id, _old, new, stack: _schedule_rotation("", new, stack),
    "delete": lambda _physical_id, properties: _secret(properties["SecretId"]).update(RotationEnabled=False),
}

# A saved query is text for the console, which the emulator has not.
HANDLERS["AWS::Logs::QueryDefinition"] = {
    "create": lambda logical_id, _properties, _stack: (logical_id, {"QueryDefinitionId": logical_id}),
    "update": lambda physical_id, _old, _new, _stack: (physical_id, {"QueryDefinitionId": physical_id}),
    "delete": lambda _physical_id, _properties: None,
}


# ---- `Ref` of a secret is its ARN: with the name, a policy whose Resource it is grants nothing ----------------------

_plain_secret = dict(HANDLERS["AWS::SecretsManager::Secret"])


def _create_secret(logical_id, properties, stack):
    _name, attributes = _plain_secret["create"](logical_id, properties, stack)
    return attributes["Arn"], attributes


def _update_secret(arn, old, new, stack, logical_id=None):
    _name, attributes = _plain_secret["update"](_secret(arn)["Name"], old, new, stack, logical_id)
    return attributes["Arn"], attributes


def _delete_secret(arn, properties):
    _plain_secret["delete"](_secret(arn)["Name"], properties)


HANDLERS["AWS::SecretsManager::Secret"] = {
    **_plain_secret,
    "create": _create_secret,
    "update": _update_secret,
    "delete": _delete_secret,
}


# ---- The WebSocket API ---------------------------------------------------------------------------------------------

# IdentitySource of a REQUEST authorizer is optional (API reference, CreateAuthorizer), and without one the function is
# always invoked. MiniStack's default is the header Authorization, and a request without it gets 401.
_plain_authorizer = HANDLERS["AWS::ApiGatewayV2::Authorizer"]["create"]
HANDLERS["AWS::ApiGatewayV2::Authorizer"] = {
    **HANDLERS["AWS::ApiGatewayV2::Authorizer"],
    "create": lambda logical_id, properties, stack: _plain_authorizer(
        logical_id, {"IdentitySource": [], **properties}, stack
    ),
}

# An authorizer that fails with the text "Unauthorized" is a 401, any other error a 500 (developer guide, Lambda
# authorizers). In MiniStack both are 500.
_errors = {}
_plain_execute = lambda_svc._execute_function_with_config_scope
_plain_authorize = apigateway._authorize_ws_connect


def _execute(function, event, *rest):
    result = _plain_execute(function, event, *rest)
    body = result.get("body") if isinstance(result, dict) and result.get("error") else None
    if isinstance(body, dict) and isinstance(event, dict) and event.get("type") == "REQUEST":
        _errors[event["requestContext"]["requestId"]] = body.get("errorMessage")
    return result


async def _authorize(api_id, route, request_context, *rest):
    refusal, context = await _plain_authorize(api_id, route, request_context, *rest)
    if _errors.pop(request_context["requestId"], None) == "Unauthorized":
        return (401, "Unauthorized"), None
    return refusal, context


# The subprotocol in the response of $connect goes into the 101 (developer guide, "$connect route that requires a WebSocket
# subprotocol"). MiniStack does not pass it on, and a client that asked for one gives up.
_subprotocols = {}
_plain_integrate = apigateway._invoke_ws_lambda
_plain_websocket = apigateway.handle_websocket


async def _integrate(api_id, account_id, region, route, stage, connection_id, event_type, *rest, **options):
    response = await _plain_integrate(api_id, account_id, region, route, stage, connection_id, event_type, *rest, **options)
    if event_type == "CONNECT" and isinstance(response, dict):
        headers = {name.lower(): value for name, value in (response.get("headers") or {}).items()}
        _subprotocols[asyncio.current_task()] = headers.get("sec-websocket-protocol")
    # A message gets a response if its route has one and selects it (developer guide, "Set up a route for a
    # WebSocket API"). In MiniStack every message gets one.
    if event_type == "MESSAGE" and not _has_response(api_id, route):
        return None
    return response


def _has_response(api_id, route):
    responses = apigateway._route_responses.get(api_id, {}).get(route["routeId"])
    return bool(responses) and bool(route.get("routeResponseSelectionExpression"))


async def _websocket(scope, receive, send, *rest, **options):
    async def send_with_subprotocol(message):
        if message["type"] == "websocket.accept":
            message = {**message, "subprotocol": _subprotocols.pop(asyncio.current_task(), None)}
        await send(message)

    await _plain_websocket(scope, receive, send_with_subprotocol, *rest, **options)


lambda_svc._execute_function_with_config_scope = _execute
apigateway._authorize_ws_connect = _authorize
apigateway._invoke_ws_lambda = _integrate
apigateway.handle_websocket = _websocket


# ---- All that a function writes is in its log, also while it starts, and whatever invokes it (developer guide, "Sending
# Lambda function logs to CloudWatch Logs"). MiniStack drops it when a route of a WebSocket API invokes the function. -----

_plain_worker_invoke = lambda_runtime.Worker.invoke


def _worker_invoke(self, *rest, **options):
    response = _plain_worker_invoke(self, *rest, **options)
    # Without the log MiniStack does not print it a second time.
    sys.stderr.write(f"{response.pop('log', '')}\n")
    return response


lambda_runtime.Worker.invoke = _worker_invoke


# ---- The log holds each `GET /ping`, for the test. AWS's endpoints answer it (decision 19). MiniStack takes it for the
# request of a bucket and responds 404, which is enough: any response will do. ------------------------------------------

_plain_request = app._handle_pre_body_request


async def _request(method, path, headers, *rest):
    if (method, path) == ("GET", "/ping"):
        sys.stderr.write(json.dumps({"message": "ping", "host": headers.get("host")}) + "\n")
    return await _plain_request(method, path, headers, *rest)


app._handle_pre_body_request = _request


# ---- A rule sends to a queue only if the queue's policy allows it, otherwise to its dead letters if theirs allows it
# (EventBridge user guide, "Using resource-based policies" and "Using dead-letter queues"). MiniStack sends all. -----------

_plain_target = eventbridge._invoke_target


def _takes_from(queue_arn, rule):
    owner = queue_arn.split(":")[4]
    return sqs.queue_policy_allows(queue_arn, "events.amazonaws.com", rule["Arn"], owner)


def _target(target, event, rule, *rest):
    arn = target["Arn"]
    if ":sqs:" in arn and not _takes_from(arn, rule):
        arn = (target.get("DeadLetterConfig") or {}).get("Arn", "")
        if not arn or not _takes_from(arn, rule):
            return
    _plain_target({**target, "Arn": arn}, event, rule, *rest)


eventbridge._invoke_target = _target


# ---- Condition keys of the caller (IAM user guide, "AWS global condition context keys"): a session has the ARN of its
# role, and a service is marked as one. MiniStack gives the session's ARN, and does not mark a service. -------------

# IAM has no action for a batch of messages: SendMessageBatch needs sqs:SendMessage (SQS developer guide, "Amazon SQS API
# permissions"). In MiniStack it is an action of its own.
_plain_action_matches = iam_evaluator._action_matches


def _action_matches(request_action, *rest):
    return _plain_action_matches("sqs:SendMessage" if request_action == "sqs:SendMessageBatch" else request_action, *rest)


iam_evaluator._action_matches = _action_matches

_plain_condition_key = iam_evaluator._resolve_condition_key


def _condition_key(key, context):
    if key.lower() == "aws:principalisawsservice":
        return str(context.principal_type == "Service").lower()
    if key.lower() == "aws:principalarn" and ":assumed-role/" in context.principal_arn:
        account, name = context.principal_arn.split(":")[4], context.principal_arn.split("/")[1]
        return f"arn:aws:iam::{account}:role/{name}"
    return _plain_condition_key(key, context)


iam_evaluator._resolve_condition_key = _condition_key


# ---- The program ------------------------------------------------------------------------------------------------------


def _make_certificate(certificate_file, key_file):
    """Makes a certificate. MiniStack would call the command openssl, which not every machine has."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "emulator")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    Path(key_file).write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    Path(certificate_file).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _end_with_parent():
    """Ends the emulator and its function processes with the test, which holds the other end of stdin, however it ends."""
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    if os.getpgrp() != os.getpid():
        os.setpgrp()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _make_certificate(os.environ["MINISTACK_SSL_CERT"], os.environ["MINISTACK_SSL_KEY"])
    # Only its own port: MiniStack would listen on 443 as well.
    app._port_is_bindable = lambda _host, _port: False
    app.main()
