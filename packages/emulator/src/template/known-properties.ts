import type { PropertyRule, PropertyTable } from "./property-table.ts";

const NO_KEYS = "API Gateway would ask for an API key; the emulator has none";
const NO_MODELS = "no message is held to a model here";
const NO_FIFO = "FIFO queues are not emulated";
const NO_TRANSFORMATION = "input transformations are not emulated";

/** See docs/fidelity.md: logs and metrics do not exist here. */
const ROUTE_SETTINGS: PropertyTable = {
  DataTraceEnabled: "harmless",
  DetailedMetricsEnabled: "harmless",
  LoggingLevel: "harmless",
  ThrottlingBurstLimit: "emulated",
  ThrottlingRateLimit: "emulated",
};

const ACCESS_LOGS: PropertyTable = { DestinationArn: "harmless", Format: "harmless" };

/** Properties of APIs, and of Globals. */
const WEB_SOCKET_API_SETTINGS: PropertyTable = {
  AccessLogSettings: { members: ACCESS_LOGS },
  ApiKeySelectionExpression: "harmless",
  DefaultRouteSettings: { members: ROUTE_SETTINGS },
  DisableExecuteApiEndpoint: "emulated",
  DisableSchemaValidation: "harmless",
  Domain: {
    members: {
      BasePath: "emulated",
      CertificateArn: "harmless",
      DomainName: "emulated",
      EndpointConfiguration: "harmless",
      MutualTlsAuthentication: { refused: "API Gateway has no mutual TLS for WebSocket APIs" },
      OwnershipVerificationCertificateArn: "harmless",
      Route53: "harmless",
      SecurityPolicy: "harmless",
    },
  },
  FailOnWarnings: "harmless",
  IpAddressType: "harmless",
  PropagateTags: "harmless",
  RouteSelectionExpression: "emulated",
  RouteSettings: { each: ROUTE_SETTINGS },
  StageVariables: "emulated",
  Tags: "harmless",
};

const WEB_SOCKET_API: PropertyTable = {
  ...WEB_SOCKET_API_SETTINGS,
  Auth: {
    members: {
      AuthArn: "emulated",
      AuthType: "emulated",
      IdentitySource: "emulated",
      InvokeRole: "harmless",
      Name: "harmless",
    },
  },
  Description: "harmless",
  Name: "harmless",
  Routes: {
    each: {
      ApiKeyRequired: { refused: NO_KEYS, unless: "false" },
      FunctionArn: "emulated",
      IntegrationTimeout: "emulated",
      ModelSelectionExpression: { named: NO_MODELS },
      OperationName: "harmless",
      RequestModels: { named: NO_MODELS },
      RequestParameters: "emulated",
      // The RouteResponse decides instead.
      RouteResponseSelectionExpression: "harmless",
    },
  },
  StageName: "emulated",
};

const ONLY_HTTP = "only HTTP APIs have it";
const NO_MAPPING = "payloads are not converted here";

/** An API in CloudFormation's own form. An HTTP API has the same type, and is not read. */
const V2_API: PropertyTable = {
  ApiKeySelectionExpression: "harmless",
  BasePath: { refused: ONLY_HTTP },
  Body: { refused: ONLY_HTTP },
  BodyS3Location: { refused: ONLY_HTTP },
  CorsConfiguration: { refused: ONLY_HTTP },
  CredentialsArn: { refused: ONLY_HTTP },
  Description: "harmless",
  DisableExecuteApiEndpoint: "emulated",
  DisableSchemaValidation: "harmless",
  FailOnWarnings: "harmless",
  IpAddressType: "harmless",
  Name: "harmless",
  ProtocolType: "emulated",
  RouteKey: { refused: ONLY_HTTP },
  RouteSelectionExpression: "emulated",
  Tags: "harmless",
  Target: { refused: ONLY_HTTP },
  Version: "harmless",
};

const AUTHORIZER: PropertyTable = {
  ApiId: "emulated",
  AuthorizerCredentialsArn: "emulated",
  AuthorizerPayloadFormatVersion: { refused: ONLY_HTTP },
  AuthorizerResultTtlInSeconds: {
    named: "answers are cached for HTTP APIs alone, so the authorizer is asked at each handshake",
    unless: "0",
  },
  AuthorizerType: "emulated",
  AuthorizerUri: "emulated",
  EnableSimpleResponses: { refused: ONLY_HTTP, unless: "false" },
  IdentitySource: "emulated",
  IdentityValidationExpression: "harmless",
  JwtConfiguration: { refused: ONLY_HTTP },
  Name: "harmless",
};

/** Everything is deployed here. `check-deployments.ts` names what a deployment on AWS might lack. */
const DEPLOYMENT: PropertyTable = { ApiId: "emulated", Description: "harmless", StageName: "harmless" };

/** See the properties that name a model: they are reported. */
const MODEL: PropertyTable = {
  ApiId: "emulated",
  ContentType: "harmless",
  Description: "harmless",
  Name: "harmless",
  Schema: "harmless",
};

const INTEGRATION: PropertyTable = {
  ApiId: "emulated",
  ConnectionId: "harmless",
  ConnectionType: "harmless",
  // AWS_PROXY ignores it, and MOCK refuses it.
  ContentHandlingStrategy: "emulated",
  CredentialsArn: "emulated",
  Description: "harmless",
  IntegrationMethod: "harmless",
  IntegrationSubtype: { refused: ONLY_HTTP },
  IntegrationType: "emulated",
  IntegrationUri: "emulated",
  // A request template is always found here: without one, the start ends.
  PassthroughBehavior: "harmless",
  PayloadFormatVersion: "harmless",
  RequestParameters: "harmless",
  RequestTemplates: "emulated",
  ResponseParameters: { refused: ONLY_HTTP },
  TemplateSelectionExpression: "emulated",
  TimeoutInMillis: "emulated",
  TlsConfig: "harmless",
};

const INTEGRATION_RESPONSE: PropertyTable = {
  ApiId: "emulated",
  ContentHandlingStrategy: { refused: NO_MAPPING },
  IntegrationId: "emulated",
  IntegrationResponseKey: "emulated",
  // Headers, which a message does not have.
  ResponseParameters: "harmless",
  ResponseTemplates: "emulated",
  TemplateSelectionExpression: "emulated",
};

const ROUTE: PropertyTable = {
  ApiId: "emulated",
  ApiKeyRequired: { refused: NO_KEYS, unless: "false" },
  AuthorizationScopes: { refused: ONLY_HTTP },
  AuthorizationType: "emulated",
  AuthorizerId: "emulated",
  ModelSelectionExpression: { named: NO_MODELS },
  OperationName: "harmless",
  RequestModels: { named: NO_MODELS },
  RequestParameters: "emulated",
  RouteKey: "emulated",
  // The RouteResponse decides instead.
  RouteResponseSelectionExpression: "harmless",
  Target: "emulated",
};

const ROUTE_RESPONSE: PropertyTable = {
  ApiId: "emulated",
  ModelSelectionExpression: { named: NO_MODELS },
  ResponseModels: { named: NO_MODELS },
  ResponseParameters: "harmless",
  RouteId: "emulated",
  RouteResponseKey: "emulated",
};

const API_MAPPING: PropertyTable = {
  ApiId: "emulated",
  ApiMappingKey: "emulated",
  DomainName: "emulated",
  Stage: "emulated",
};

const STAGE: PropertyTable = {
  AccessLogSettings: { members: ACCESS_LOGS },
  ApiId: "emulated",
  AutoDeploy: "emulated",
  ClientCertificateId: "harmless",
  DefaultRouteSettings: { members: ROUTE_SETTINGS },
  DeploymentId: "emulated",
  Description: "harmless",
  RouteSettings: { each: ROUTE_SETTINGS },
  StageName: "emulated",
  StageVariables: "emulated",
  Tags: "harmless",
};

const RETRIES: PropertyTable = { MaximumEventAgeInSeconds: "emulated", MaximumRetryAttempts: "emulated" };

/** Destinations of kinds that are not emulated are named where they are read. `Type` is SAM's. */
const DESTINATION: PropertyTable = { Destination: "emulated", Type: "harmless" };

const DESTINATIONS: PropertyTable = { OnFailure: { members: DESTINATION }, OnSuccess: { members: DESTINATION } };

const URL_SETTINGS: PropertyTable = {
  AuthType: "emulated",
  Cors: {
    members: {
      AllowCredentials: "emulated",
      AllowHeaders: "emulated",
      AllowMethods: "emulated",
      AllowOrigins: "emulated",
      ExposeHeaders: "emulated",
      MaxAge: "emulated",
    },
  },
  InvokeMode: { refused: "responses are not streamed here", unless: "BUFFERED" },
};

/** Properties of functions of both types. */
const COMMON_FUNCTION_SETTINGS: PropertyTable = {
  Architectures: "harmless",
  CapacityProviderConfig: "harmless",
  CodeSigningConfigArn: "harmless",
  Description: "harmless",
  DurableConfig: { refused: "durable executions are not emulated" },
  Environment: { members: { Variables: "emulated" } },
  EphemeralStorage: "harmless",
  FileSystemConfigs: { refused: "no file system is mounted here" },
  FunctionScalingConfig: "harmless",
  Handler: "emulated",
  KmsKeyArn: "harmless",
  Layers: { named: "layers are not loaded here, only modules in node_modules" },
  LoggingConfig: {
    members: {
      ApplicationLogLevel: "harmless",
      LogFormat: "harmless",
      LogGroup: "harmless",
      SystemLogLevel: "harmless",
    },
  },
  MemorySize: "emulated",
  PublishToLatestPublished: "harmless",
  RecursiveLoop: "harmless",
  ReservedConcurrentExecutions: "emulated",
  Runtime: "emulated",
  RuntimeManagementConfig: "harmless",
  SnapStart: "harmless",
  Tags: "harmless",
  TenancyConfig: "harmless",
  Timeout: "emulated",
  VpcConfig: "harmless",
};

/** Properties of SAM's functions, and of Globals. */
const FUNCTION_SETTINGS: PropertyTable = {
  ...COMMON_FUNCTION_SETTINGS,
  AssumeRolePolicyDocument: "harmless",
  AutoPublishAlias: "harmless",
  AutoPublishAliasAllProperties: "harmless",
  CodeUri: "emulated",
  DeadLetterQueue: { members: { TargetArn: "emulated", Type: "harmless" } },
  DeploymentPreference: "harmless",
  EventInvokeConfig: { members: { ...RETRIES, DestinationConfig: { members: DESTINATIONS } } },
  FunctionUrlConfig: { members: URL_SETTINGS },
  PermissionsBoundary: "harmless",
  PropagateTags: "harmless",
  ProvisionedConcurrencyConfig: "harmless",
  RolePath: "harmless",
  SourceKMSKeyArn: "harmless",
  Tracing: "harmless",
  VersionDeletionPolicy: "harmless",
};

const FUNCTION_URL: PropertyTable = {
  ...URL_SETTINGS,
  Qualifier: { refused: "an alias has no URL of its own here" },
  TargetFunctionArn: "emulated",
};

const FUNCTION: PropertyTable = {
  ...FUNCTION_SETTINGS,
  Events: { each: { Properties: "emulated", Type: "emulated" } },
  FunctionName: "emulated",
  ImageConfig: "harmless",
  ImageUri: "emulated",
  InlineCode: "emulated",
  PackageType: "emulated",
  Policies: "harmless",
  Role: "harmless",
  VersionDescription: "harmless",
};

/** CloudFormation's own type of functions. */
const LAMBDA_FUNCTION: PropertyTable = {
  ...COMMON_FUNCTION_SETTINGS,
  // A path, or a map with one of the places where code can be.
  Code: "emulated",
  DeadLetterConfig: { members: { TargetArn: "emulated" } },
  FunctionName: "emulated",
  ImageConfig: "harmless",
  PackageType: "emulated",
  Role: "harmless",
  // `Mode` is the only member.
  TracingConfig: "harmless",
};

/** All versions run the same code, so all aliases lead to it. */
const ALIAS: PropertyTable = {
  Description: "harmless",
  FunctionName: "emulated",
  FunctionVersion: "harmless",
  Name: "emulated",
  ProvisionedConcurrencyConfig: "harmless",
  RoutingConfig: "harmless",
};

const VERSION: PropertyTable = {
  CodeSha256: "harmless",
  Description: "harmless",
  FunctionName: "emulated",
  FunctionScalingConfig: "harmless",
  ProvisionedConcurrencyConfig: "harmless",
  RuntimePolicy: "harmless",
};

const EVENT_SOURCE: PropertyTable = {
  BatchSize: "emulated",
  Enabled: "emulated",
  FilterCriteria: { members: { Filters: { each: { Pattern: "emulated" } } } },
  FunctionResponseTypes: "emulated",
  KmsKeyArn: "harmless",
  LoggingConfig: "harmless",
  MaximumBatchingWindowInSeconds: "emulated",
  MetricsConfig: "harmless",
  ProvisionedPollerConfig: "harmless",
  ScalingConfig: { members: { MaximumConcurrency: "emulated" } },
};

/** Properties of a function's SQS event. */
const SQS_EVENT: PropertyTable = { ...EVENT_SOURCE, Queue: "emulated" };

/** Only a mapping with a queue is read. */
const EVENT_SOURCE_MAPPING: PropertyTable = {
  ...EVENT_SOURCE,
  EventSourceArn: "emulated",
  FunctionName: "emulated",
  Tags: "harmless",
};

const NO_GENERATED_QUEUE = "SAM would make a queue, and here are only the queues of the template";

const DEAD_LETTERS_OF_EVENT: PropertyRule = {
  members: {
    Arn: "emulated",
    QueueLogicalId: { refused: NO_GENERATED_QUEUE },
    Type: { refused: NO_GENERATED_QUEUE },
  },
};

/** Properties of a function's Schedule event. */
const SCHEDULE_EVENT: PropertyTable = {
  DeadLetterConfig: DEAD_LETTERS_OF_EVENT,
  Description: "harmless",
  Enabled: "emulated",
  Input: "emulated",
  Name: "emulated",
  RetryPolicy: { members: RETRIES },
  Schedule: "emulated",
  State: "emulated",
};

/** Properties of a function's EventBridgeRule event, of which CloudWatchEvent is the older name. */
const RULE_EVENT: PropertyTable = {
  DeadLetterConfig: DEAD_LETTERS_OF_EVENT,
  Enabled: "emulated",
  EventBusName: "emulated",
  Input: "emulated",
  InputPath: { refused: NO_TRANSFORMATION },
  InputTransformer: { refused: NO_TRANSFORMATION },
  Pattern: "emulated",
  RetryPolicy: { members: RETRIES },
  RuleName: "emulated",
  State: "emulated",
  Target: { members: { Id: "harmless" } },
};

/** The properties of functions' events, by type. */
export const EVENT_TABLES: ReadonlyMap<string, PropertyTable> = new Map([
  ["CloudWatchEvent", RULE_EVENT],
  ["EventBridgeRule", RULE_EVENT],
  ["SQS", SQS_EVENT],
  ["Schedule", SCHEDULE_EVENT],
]);

/** The other types of events that SAM has. Each is named once, and no event of it arrives here. */
export const EVENTS_WITHOUT_LOCAL_PART: ReadonlySet<string> = new Set([
  "AlexaSkill",
  "Api",
  "CloudWatchLogs",
  "Cognito",
  "DocumentDB",
  "DynamoDB",
  "HttpApi",
  "IoTRule",
  "Kinesis",
  "MQ",
  "MSK",
  "S3",
  "SNS",
  "ScheduleV2",
  "SelfManagedKafka",
]);

const EVENT_INVOKE_CONFIG: PropertyTable = {
  ...RETRIES,
  DestinationConfig: { members: DESTINATIONS },
  FunctionName: "emulated",
  // A function has one version here.
  Qualifier: "harmless",
};

const PERMISSION: PropertyTable = {
  Action: "emulated",
  EventSourceToken: "harmless",
  FunctionName: "emulated",
  FunctionUrlAuthType: "emulated",
  InvokedViaFunctionUrl: "emulated",
  Principal: "emulated",
  PrincipalOrgID: "harmless",
  SourceAccount: "emulated",
  SourceArn: "emulated",
};

const QUEUE: PropertyTable = {
  ContentBasedDeduplication: { refused: NO_FIFO, unless: "false" },
  DeduplicationScope: { refused: NO_FIFO },
  DelaySeconds: "emulated",
  FifoQueue: { refused: NO_FIFO, unless: "false" },
  FifoThroughputLimit: { refused: NO_FIFO },
  KmsDataKeyReusePeriodSeconds: "harmless",
  KmsMasterKeyId: "harmless",
  MaximumMessageSize: "emulated",
  MessageRetentionPeriod: "emulated",
  QueueName: "emulated",
  ReceiveMessageWaitTimeSeconds: "emulated",
  RedriveAllowPolicy: "harmless",
  RedrivePolicy: { members: { deadLetterTargetArn: "emulated", maxReceiveCount: "emulated" } },
  SqsManagedSseEnabled: "harmless",
  Tags: "harmless",
  VisibilityTimeout: "emulated",
};

/** Statements are IAM's. Their members are read by the code that judges them. */
const QUEUE_POLICY: PropertyTable = {
  PolicyDocument: {
    members: { Id: "harmless", Statement: "emulated", Version: "harmless" },
  },
  Queues: "emulated",
};

const EVENT_BUS: PropertyTable = {
  // For events whose encryption fails.
  DeadLetterConfig: "harmless",
  Description: "harmless",
  EventSourceName: { refused: "the events of partners do not arrive here" },
  KmsKeyIdentifier: "harmless",
  LogConfig: "harmless",
  Name: "emulated",
  // See docs/fidelity.md: every caller may publish.
  Policy: "harmless",
  Tags: "harmless",
};

const RULE: PropertyTable = {
  Description: "harmless",
  EventBusName: "emulated",
  EventPattern: "emulated",
  Name: "emulated",
  RoleArn: "harmless",
  ScheduleExpression: "emulated",
  State: "emulated",
  Tags: "harmless",
  Targets: {
    each: {
      Arn: "emulated",
      DeadLetterConfig: { members: { Arn: "emulated" } },
      Id: "harmless",
      Input: "emulated",
      InputPath: { refused: NO_TRANSFORMATION },
      InputTransformer: { refused: NO_TRANSFORMATION },
      RetryPolicy: { members: RETRIES },
      RoleArn: "harmless",
      SqsParameters: { refused: NO_FIFO },
    },
  },
};

const SECRET: PropertyTable = {
  Description: "emulated",
  GenerateSecretString: {
    members: {
      ExcludeCharacters: "emulated",
      ExcludeLowercase: "emulated",
      ExcludeNumbers: "emulated",
      ExcludePunctuation: "emulated",
      ExcludeUppercase: "emulated",
      GenerateStringKey: "emulated",
      IncludeSpace: "emulated",
      PasswordLength: "emulated",
      RequireEachIncludedType: "emulated",
      SecretStringTemplate: "emulated",
    },
  },
  // Values are in this process's memory alone.
  KmsKeyId: "harmless",
  Name: "emulated",
  ReplicaRegions: { named: "secrets have no replicas in other regions here" },
  SecretString: "emulated",
  Tags: "emulated",
  Type: { refused: "the secrets of other providers are rotated by AWS itself" },
};

const ROTATION_SCHEDULE: PropertyTable = {
  ExternalSecretRotationMetadata: { refused: "the secrets of other providers are rotated by AWS itself" },
  ExternalSecretRotationRoleArn: { refused: "the secrets of other providers are rotated by AWS itself" },
  HostedRotationLambda: { named: "AWS would make a function that rotates the secret; here it is not rotated" },
  // See docs/fidelity.md: a start is no update.
  RotateImmediatelyOnUpdate: "harmless",
  RotationLambdaARN: "emulated",
  // A rotation begins with its window.
  RotationRules: {
    members: { AutomaticallyAfterDays: "emulated", Duration: "harmless", ScheduleExpression: "emulated" },
  },
  SecretId: "emulated",
};

const SECRET_POLICY: PropertyTable = {
  BlockPublicPolicy: "harmless",
  ResourcePolicy: { named: "every caller may read every secret here" },
  SecretId: "harmless",
};

/** The emulated resource types. */
export const RESOURCE_TABLES: ReadonlyMap<string, PropertyTable> = new Map([
  ["AWS::ApiGatewayV2::Api", V2_API],
  ["AWS::ApiGatewayV2::ApiMapping", API_MAPPING],
  ["AWS::ApiGatewayV2::Authorizer", AUTHORIZER],
  ["AWS::ApiGatewayV2::Deployment", DEPLOYMENT],
  ["AWS::ApiGatewayV2::Integration", INTEGRATION],
  ["AWS::ApiGatewayV2::IntegrationResponse", INTEGRATION_RESPONSE],
  ["AWS::ApiGatewayV2::Model", MODEL],
  ["AWS::ApiGatewayV2::Route", ROUTE],
  ["AWS::ApiGatewayV2::RouteResponse", ROUTE_RESPONSE],
  ["AWS::ApiGatewayV2::Stage", STAGE],
  ["AWS::Events::EventBus", EVENT_BUS],
  ["AWS::Events::Rule", RULE],
  ["AWS::Lambda::Alias", ALIAS],
  ["AWS::Lambda::EventInvokeConfig", EVENT_INVOKE_CONFIG],
  ["AWS::Lambda::EventSourceMapping", EVENT_SOURCE_MAPPING],
  ["AWS::Lambda::Function", LAMBDA_FUNCTION],
  ["AWS::Lambda::Permission", PERMISSION],
  ["AWS::Lambda::Url", FUNCTION_URL],
  ["AWS::Lambda::Version", VERSION],
  ["AWS::SQS::Queue", QUEUE],
  ["AWS::SQS::QueuePolicy", QUEUE_POLICY],
  ["AWS::SecretsManager::ResourcePolicy", SECRET_POLICY],
  ["AWS::SecretsManager::RotationSchedule", ROTATION_SCHEDULE],
  ["AWS::SecretsManager::Secret", SECRET],
  ["AWS::Serverless::Function", FUNCTION],
  ["AWS::Serverless::WebSocketApi", WEB_SOCKET_API],
]);

/** The attributes of a resource beside its properties. */
export const RESOURCE_ATTRIBUTES: PropertyTable = {
  Condition: "emulated",
  Connectors: { named: "connectors grant permissions, which do not exist here" },
  CreationPolicy: "harmless",
  DeletionPolicy: "harmless",
  DependsOn: "harmless",
  IgnoreGlobals: "emulated",
  Metadata: "harmless",
  Properties: "emulated",
  Type: "emulated",
  UpdatePolicy: "harmless",
  UpdateReplacePolicy: "harmless",
};

export const TEMPLATE_SECTIONS: PropertyTable = {
  AWSTemplateFormatVersion: "harmless",
  Conditions: "emulated",
  Description: "harmless",
  Globals: {
    members: {
      // Types that are not emulated.
      Api: "harmless",
      CapacityProvider: "harmless",
      Function: { members: FUNCTION_SETTINGS },
      HttpApi: "harmless",
      LayerVersion: "harmless",
      SimpleTable: "harmless",
      StateMachine: "harmless",
      WebSocketApi: { members: WEB_SOCKET_API_SETTINGS },
    },
  },
  Hooks: "harmless",
  Mappings: "emulated",
  Metadata: "harmless",
  Outputs: "harmless",
  Parameters: {
    each: {
      AllowedPattern: "emulated",
      AllowedValues: "emulated",
      ConstraintDescription: "emulated",
      Default: "emulated",
      Description: "harmless",
      MaxLength: "emulated",
      MaxValue: "emulated",
      MinLength: "emulated",
      MinValue: "emulated",
      NoEcho: "harmless",
      Type: "emulated",
    },
  },
  Resources: "emulated",
  Rules: {
    each: { Assertions: { each: { Assert: "emulated", AssertDescription: "emulated" } }, RuleCondition: "emulated" },
  },
  Transform: "harmless",
};

/** Types that need no emulation: in-memory stores or the terminal replace them, or a laptop does not need them. */
export const TYPES_WITHOUT_LOCAL_PART: ReadonlySet<string> = new Set([
  "AWS::ApiGateway::Account",
  "AWS::ApiGatewayV2::DomainName",
  "AWS::CertificateManager::Certificate",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::DynamoDB::Table",
  // See docs/fidelity.md: every caller may publish.
  "AWS::Events::EventBusPolicy",
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::Role",
  "AWS::KMS::Key",
  "AWS::Logs::LogGroup",
  "AWS::Logs::MetricFilter",
  "AWS::Logs::QueryDefinition",
  "AWS::Route53::RecordSet",
  "AWS::Serverless::SimpleTable",
  "AWS::SNS::Subscription",
  "AWS::SNS::Topic",
  "AWS::SNS::TopicPolicy",
]);
