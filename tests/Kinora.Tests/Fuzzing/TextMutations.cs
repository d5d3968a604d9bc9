using System.Text;

namespace Kinora.Tests.Fuzzing;

/// <summary>Texts that are nearly right: seeds with a few of their characters changed, doubled, cut, or mixed with another's.</summary>
internal sealed class TextMutations(int seed, params string[] seeds)
{
    private const string Alphabet = "0123456789-=,; \t\"\\\r\n\0%/+ABCabc\u007f\u0080é\ud800🎬";
    private readonly Random _random = new(seed);

    public string Next()
    {
        var text = new StringBuilder(Pick());
        for (var changes = _random.Next(5); changes > 0; changes--)
        {
            var at = _random.Next(text.Length + 1);
            switch (_random.Next(6))
            {
                case 0 when text.Length > 0:
                    text.Remove(Math.Min(at, text.Length - 1), 1);
                    break;
                case 1:
                    text.Insert(at, Alphabet[_random.Next(Alphabet.Length)]);
                    break;
                case 2:
                    text.Insert(at, new string((char)('0' + _random.Next(10)), _random.Next(40)));
                    break;
                case 3:
                    text.Length = at;
                    break;
                case 4:
                    text.Insert(at, Pick());
                    break;
                default:
                    text.Append(Pick().AsSpan(0, 1));
                    break;
            }
        }

        return text.ToString();
    }

    private string Pick() => seeds[_random.Next(seeds.Length)];
}
