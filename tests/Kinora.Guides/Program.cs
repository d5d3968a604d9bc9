using Kinora.Guides;

// The C# blocks of one page of docs/guides: "upload".
await GuidePages.RunAsync(args[0]);
