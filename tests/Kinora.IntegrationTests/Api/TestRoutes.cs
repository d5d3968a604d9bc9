using Kinora.Api.Http;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kinora.IntegrationTests.Api;

/// <summary>Routes for what no real one does.</summary>
internal static class TestRoutes
{
    public const string InsideText = "the inside: /etc/passwd, SELECT * FROM users";

    public static void Map(WebApplication app)
    {
        var test = app.MapGroup("/test");
        test.MapGet("/bug", IResult () => throw new InvalidOperationException(InsideText));
        test.MapGet("/storage-down", IResult () => throw new StorageException(InsideText));
        test.MapGet("/queue-down", IResult () => throw new InvalidOperationException("wrapped", new QueueUnavailableException(InsideText)));
        test.MapGet("/conflict", IResult () => throw Refusal.Conflict("No.", new { jobId = Guid.Empty }));
        test.MapGet("/busy", IResult () => throw Refusal.TooManyRequests(TimeSpan.FromSeconds(6.5)));
        test.MapGet("/forbidden", IResult () => throw Refusal.Forbidden());
        test.MapGet("/status/{status:int}", (int status) => TypedResults.StatusCode(status));
        test.MapGet("/large", async (HttpContext context) =>
        {
            for (var i = 0; i < 1024; i++)
            {
                await context.Response.Body.WriteAsync(new byte[64 * 1024], context.RequestAborted);
            }
        });
        test.MapGet("/items/{itemId}", (ResourceId itemId) => TypedResults.Ok(new { id = itemId.Value }));
        test.MapGet("/query", (int limit) => TypedResults.Ok(new { limit }));
        test.MapPost("/body", (TestBody body) => TypedResults.Ok(body));
    }
}

public enum TestColor { DarkRed, Green }

public sealed record TestBody(string Title, int Count, TestColor Color = TestColor.Green, IReadOnlyList<TestItem>? Items = null);

public sealed record TestItem(string Name, TestItem? Inner = null);
