import type { PropertyTable } from "./property-table.ts";

const NO_KEYS = "API Gateway would ask for an API key; the emulator has none";
const NO_MODELS = "no message is held to a model here";
const NO_FIFO = "FIFO queues are not emulated";
const NO_TRANSFORMATION = "input transformations are not emulated";

/** `docs/fidelity.md` lists them: limits are the account's; logs and metrics do not exist here. */
const ROUTE_SETTINGS: PropertyTable = {
  DataTraceEnabled: "harmless",
  DetailedMetricsEnabled: "harmless",
  LoggingLevel: "harmless",
  ThrottlingBurstLimit: "harmless",
  ThrottlingRateLimit: "harmless",
};

const ACCESS_LOGS: PropertyTable = { DestinationArn: "harmless", Format: "harmless" };

const WEB_SOCKET_API: PropertyTable = {
  AccessLogSettings: { members: ACCESS_LOGS },
  ApiKeySelectionExpression: "harmless",
  Auth: {
    members: {
      AuthArn: "emulated",
      AuthType: "emulated",
      IdentitySource: "emulated",
      InvokeRole: "harmless",
      Name: "harmless",
    },
  },
  DefaultRouteSettings: { members: ROUTE_SETTINGS },
  Description: "harmless",
  DisableExecuteApiEndpoint: {
    named: "on AWS the API responds only at its own domain name, here at this machine's address",
    unless: "false",
  },
  DisableSchemaValidation: "harmless",
  Domain: { named: "the API has no domain name here, only this machine's address" },
  IpAddressType: "harmless",
  Name: "harmless",
  PropagateTags: "harmless",
  RouteSelectionExpression: "emulated",
  RouteSettings: { each: ROUTE_SETTINGS },
  Routes: {
    each: {
      ApiKeyRequired: { refused: NO_KEYS, unless: "false" },
      FunctionArn: "emulated",
      IntegrationTimeout: "emulated",
      ModelSelectionExpression: { named: NO_MODELS },
      OperationName: "harmless",
      RequestModels: { named: NO_MODELS },
      RequestParameters: { refused: "API Gateway would refuse handshakes without them, which is not emulated" },
      // The RouteResponse decides instead.
      RouteResponseSelectionExpression: "harmless",
    },
  },
  StageName: "emulated",
  StageVariables: "emulated",
  Tags: "harmless",
};

const NO_MAPPING = "payloads are not converted here";

/** Only MOCK integrations are read: the functions are in the API's own Routes. */
const INTEGRATION: PropertyTable = {
  ApiId: "emulated",
  ConnectionId: "harmless",
  ConnectionType: "harmless",
  ContentHandlingStrategy: { refused: NO_MAPPING },
  CredentialsArn: "harmless",
  Description: "harmless",
  IntegrationMethod: "harmless",
  IntegrationType: "emulated",
  IntegrationUri: "harmless",
  // A request template is always found here: without one, the start ends.
  PassthroughBehavior: "harmless",
  PayloadFormatVersion: "harmless",
  RequestParameters: "harmless",
  RequestTemplates: "emulated",
  TemplateSelectionExpression: "emulated",
  TimeoutInMillis: "harmless",
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

const ONLY_CONNECT = "API Gateway authorizes on $connect only";

/** A route beside those of the API, for a MOCK integration. */
const ROUTE: PropertyTable = {
  ApiId: "emulated",
  ApiKeyRequired: { refused: NO_KEYS, unless: "false" },
  AuthorizationType: { refused: ONLY_CONNECT, unless: "NONE" },
  AuthorizerId: { refused: ONLY_CONNECT },
  ModelSelectionExpression: { named: NO_MODELS },
  OperationName: "harmless",
  RequestModels: { named: NO_MODELS },
  RequestParameters: "harmless",
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

/** Properties of functions, and of Globals. */
const FUNCTION_SETTINGS: PropertyTable = {
  Architectures: "harmless",
  AssumeRolePolicyDocument: "harmless",
  AutoPublishAlias: "harmless",
  CodeSigningConfigArn: "harmless",
  CodeUri: "emulated",
  DeadLetterQueue: { members: { TargetArn: "emulated", Type: "harmless" } },
  DeploymentPreference: "harmless",
  Description: "harmless",
  Environment: { members: { Variables: "emulated" } },
  EphemeralStorage: "harmless",
  EventInvokeConfig: { members: { ...RETRIES, DestinationConfig: { members: DESTINATIONS } } },
  FileSystemConfigs: { refused: "no file system is mounted here" },
  FunctionUrlConfig: { refused: "a URL is read only from the function's own properties" },
  Handler: "emulated",
  KmsKeyArn: "harmless",
  Layers: { named: "layers are not loaded here" },
  LoggingConfig: {
    members: {
      ApplicationLogLevel: "harmless",
      LogFormat: "harmless",
      LogGroup: "harmless",
      SystemLogLevel: "harmless",
    },
  },
  MemorySize: "emulated",
  PermissionsBoundary: "harmless",
  PropagateTags: "harmless",
  ProvisionedConcurrencyConfig: "harmless",
  PublishToLatestPublished: "harmless",
  ReservedConcurrentExecutions: "emulated",
  RolePath: "harmless",
  RecursiveLoop: "harmless",
  Runtime: "harmless",
  RuntimeManagementConfig: "harmless",
  SnapStart: "harmless",
  SourceKMSKeyArn: "harmless",
  Tags: "harmless",
  Timeout: "emulated",
  Tracing: "harmless",
  VersionDeletionPolicy: "harmless",
  VpcConfig: "harmless",
};

const NO_BUILD = "the runtime runs only the output of the project's build";

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

const FUNCTION_URL: PropertyTable = {
  ...URL_SETTINGS,
  Qualifier: { refused: "functions have no aliases here" },
  TargetFunctionArn: "emulated",
};

const FUNCTION: PropertyTable = {
  ...FUNCTION_SETTINGS,
  Events: { each: { Properties: "emulated", Type: "emulated" } },
  FunctionName: "emulated",
  FunctionUrlConfig: { members: URL_SETTINGS },
  ImageConfig: { refused: NO_BUILD },
  ImageUri: { refused: NO_BUILD },
  InlineCode: { refused: NO_BUILD },
  PackageType: { refused: NO_BUILD, unless: "Zip" },
  Policies: "harmless",
  Role: "harmless",
  VersionDescription: "harmless",
};

/** Properties of a function's SQS event. */
const SQS_EVENT: PropertyTable = {
  BatchSize: "emulated",
  Enabled: "emulated",
  FilterCriteria: { members: { Filters: { each: { Pattern: "emulated" } } } },
  FunctionResponseTypes: "emulated",
  KmsKeyArn: "harmless",
  LoggingConfig: "harmless",
  MaximumBatchingWindowInSeconds: "emulated",
  MetricsConfig: "harmless",
  ProvisionedPollerConfig: "harmless",
  Queue: "emulated",
  ScalingConfig: { members: { MaximumConcurrency: "emulated" } },
};

/** Properties of a function's Schedule event. */
const SCHEDULE_EVENT: PropertyTable = {
  DeadLetterConfig: {
    members: {
      Arn: "emulated",
      QueueLogicalId: { refused: "SAM would make a queue, and here are only the queues of the template" },
      Type: { refused: "SAM would make a queue, and here are only the queues of the template" },
    },
  },
  Description: "harmless",
  Enabled: "emulated",
  Input: "emulated",
  Name: "emulated",
  RetryPolicy: { members: RETRIES },
  Schedule: "emulated",
  State: "emulated",
};

/** The properties of functions' events, by type. */
export const EVENT_TABLES: ReadonlyMap<string, PropertyTable> = new Map([
  ["SQS", SQS_EVENT],
  ["Schedule", SCHEDULE_EVENT],
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
  ["AWS::ApiGatewayV2::Integration", INTEGRATION],
  ["AWS::ApiGatewayV2::IntegrationResponse", INTEGRATION_RESPONSE],
  ["AWS::ApiGatewayV2::Route", ROUTE],
  ["AWS::ApiGatewayV2::RouteResponse", ROUTE_RESPONSE],
  ["AWS::ApiGatewayV2::Stage", STAGE],
  ["AWS::Events::EventBus", EVENT_BUS],
  ["AWS::Events::Rule", RULE],
  ["AWS::Lambda::EventInvokeConfig", EVENT_INVOKE_CONFIG],
  ["AWS::Lambda::Permission", PERMISSION],
  ["AWS::Lambda::Url", FUNCTION_URL],
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
  IgnoreGlobals: { refused: "Globals count for every function here" },
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
      WebSocketApi: { refused: "routes are read only from the API's own properties" },
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
  "AWS::ApiGatewayV2::ApiMapping",
  "AWS::ApiGatewayV2::Deployment",
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
  "AWS::SNS::Subscription",
  "AWS::SNS::Topic",
  "AWS::SNS::TopicPolicy",
]);
