namespace Kinora.Cli.Progress;

/// <summary>Shows how far named pieces of work are. A piece appears when it is first reported.</summary>
internal interface IProgressBoard
{
    /// <summary>Calls back with the function that reports; what was reported stays on the screen.</summary>
    Task ShowAsync(Func<Action<ProgressReport>, Task> work);
}
