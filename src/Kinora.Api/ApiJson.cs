using System.Text.Json;
using System.Text.Json.Serialization;
using Kinora.Api.Endpoints;
using Kinora.Api.Endpoints.V1;
using Kinora.Api.Http;
using Kinora.Api.Http.Errors;
using Kinora.Core.Errors;
using Kinora.Core.Jobs;

namespace Kinora.Api;

/// <summary>
/// The API's JSON. Strict in what it takes: members exactly as written in the contract, each once, of the right type, nothing unknown.
/// Every type that crosses the edge stands here.
/// </summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(IReadOnlyList<ValidationDetail>))]
[JsonSerializable(typeof(ValidationDetail[]))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(RegisterResponse))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(LogoutRequest))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(MeResponse))]
[JsonSerializable(typeof(UploadResponse))]
[JsonSerializable(typeof(FetchRequest))]
[JsonSerializable(typeof(FetchResponse))]
[JsonSerializable(typeof(VideoListResponse))]
[JsonSerializable(typeof(RenameRequest))]
[JsonSerializable(typeof(ExplanationResponse))]
[JsonSerializable(typeof(TranscodeRequest))]
[JsonSerializable(typeof(TranscodeResponse))]
[JsonSerializable(typeof(PlanResponse))]
[JsonSerializable(typeof(JobListResponse))]
[JsonSerializable(typeof(RetryResponse))]
[JsonSerializable(typeof(PlaybackResponse))]
[JsonSerializable(typeof(VerificationResponse))]
[JsonSerializable(typeof(EventListResponse))]
[JsonSerializable(typeof(EventResponse))]
[JsonSerializable(typeof(EventData))]
[JsonSerializable(typeof(JobProgressResponse))]
[JsonSerializable(typeof(WebhookRequest))]
[JsonSerializable(typeof(WebhookChangeRequest))]
[JsonSerializable(typeof(WebhookPayload))]
[JsonSerializable(typeof(WebhookSecretResponse))]
[JsonSerializable(typeof(WebhookListResponse))]
[JsonSerializable(typeof(DeliveryAcceptedResponse))]
[JsonSerializable(typeof(DeliveryListResponse))]
[JsonSerializable(typeof(DeliveryDetailResponse))]
[JsonSerializable(typeof(SystemResponse))]
[JsonSerializable(typeof(OEmbedResponse))]
[JsonSerializable(typeof(LiveJob))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Deep enough for every contract, and far from what could exhaust a stack.</summary>
    private const int MaxDepth = 16;

    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = MaxDepth;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false));
        options.Converters.Add(new TextConverter());
        options.Converters.Add(new UtcTimeConverter());
    }
}
