namespace Kinora.Core.Infra.Media;

/// <summary>AVRational. 0/1 (or anything over 0) stands for unknown.</summary>
public readonly record struct Rational(int Num, int Den)
{
    public bool IsKnown => Num > 0 && Den > 0;

    public double ToDouble() => Den == 0 ? 0 : (double)Num / Den;

    public override string ToString() => $"{Num}/{Den}";
}
