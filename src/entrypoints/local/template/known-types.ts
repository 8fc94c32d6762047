/** Types that need nothing run: their work is done by memory, by the terminal, or by nobody on a laptop. */
const WITHOUT_LOCAL_PART = new Set([
  "AWS::ApiGateway::Account",
  "AWS::ApiGatewayV2::ApiMapping",
  "AWS::ApiGatewayV2::DomainName",
  "AWS::CertificateManager::Certificate",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::DynamoDB::Table",
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::Role",
  "AWS::KMS::Key",
  "AWS::Lambda::Permission",
  "AWS::Logs::LogGroup",
  "AWS::Logs::MetricFilter",
  "AWS::Route53::RecordSet",
  "AWS::SNS::Subscription",
  "AWS::SNS::Topic",
  "AWS::SNS::TopicPolicy",
  "AWS::SecretsManager::RotationSchedule",
  "AWS::SecretsManager::Secret",
]);

const RUN = new Set([
  "AWS::ApiGatewayV2::RouteResponse",
  "AWS::ApiGatewayV2::Stage",
  "AWS::Events::Rule",
  "AWS::SQS::Queue",
  "AWS::SQS::QueuePolicy",
  "AWS::Serverless::Function",
  "AWS::Serverless::WebSocketApi",
]);

export function isKnownType(type: string): boolean {
  return RUN.has(type) || WITHOUT_LOCAL_PART.has(type);
}
