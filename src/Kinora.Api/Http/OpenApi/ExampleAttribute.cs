namespace Kinora.Api.Http.OpenApi;

/// <summary>An example of a contract's member: <c>[property: Example("...")]</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExampleAttribute(object value) : Attribute
{
    public object Value { get; } = value;
}
