using Kinora.Core.Infra.Failpoints;

namespace Kinora.Tests.Infra.Failpoints;

public sealed class FailpointRuleTests
{
    [Theory]
    [InlineData("hls.after_plan:kill", FailpointAction.Kill, new[] { 1 })]
    [InlineData("hls.after_plan:kill@3", FailpointAction.Kill, new[] { 3 })]
    [InlineData("hls.after_plan:hang@*", FailpointAction.Hang, new[] { 1, 2, 3, 4 })]
    [InlineData("hls.after_plan:delay=5@100%", FailpointAction.Delay, new[] { 1, 2, 3, 4 })]
    [InlineData("hls.after_plan:throw=io", FailpointAction.Throw, new[] { 1 })]
    public void A_rule_says_what_happens_and_when(string text, FailpointAction action, int[] hits)
    {
        var rule = FailpointRule.Parse(text);

        Assert.Equal(("hls.after_plan", action), (rule.Name, rule.Action));
        Assert.Equal(hits, Enumerable.Range(1, 4).Where(hit => rule.FiresAt(hit, new Random(1))));
    }

    [Fact]
    public void A_share_of_the_hits_fires()
    {
        var rule = FailpointRule.Parse("upload.after_put:throw=storage@30%");
        var random = new Random(1);

        Assert.InRange(Enumerable.Range(1, 1000).Count(hit => rule.FiresAt(hit, random)), 250, 350);
    }

    [Theory]
    [InlineData("hls.after_supper:kill", "no failpoint")]
    [InlineData("hls.after_plan", "form")]
    [InlineData("hls.after_plan:explode", "form")]
    [InlineData("hls.after_plan:kill=9", "form")]
    [InlineData("hls.after_plan:delay", "form")]
    [InlineData("hls.after_plan:delay=soon", "form")]
    [InlineData("hls.after_plan:throw=shoe", "no fault")]
    [InlineData("hls.after_plan:kill@0", "form")]
    [InlineData("hls.after_plan:kill@-1", "form")]
    [InlineData("hls.after_plan:kill@101%", "form")]
    public void What_is_no_rule_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => FailpointRule.Parse(text)).Message, StringComparison.Ordinal);
}
