namespace Kinora.Core.Accounts;

/// <summary>The passwords of ten and more characters that stand high in every list of leaked ones; the first that are tried.</summary>
internal static class CommonPasswords
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "0123456789", "01234567890", "0987654321", "1111122222", "1112223334", "1122334455", "112233445566", "1212121212", "123123123123",
        "1231231234", "123321123321", "1234512345", "123454321", "1234554321", "12345654321", "123456123456", "1234567890", "12345678900",
        "12345678901", "123456789012", "1234567890123", "12345678910", "1234567891", "123456789a", "123456789abc", "123456789q", "123456789qwerty",
        "12345678987654321", "123456abcdef", "123456qwerty", "12345qwert", "12345qwerty", "1234abcd1234", "1234qwerasdf", "1234qwerty",
        "123abc123abc", "123qwe123qwe", "123qweasdzxc", "1357924680", "147258369", "1472583690", "1q2w3e4r5t", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u",
        "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "1qazxsw23edc", "2468101214", "3.1415926535", "3141592653", "789456123", "7894561230", "9638527410",
        "9876543210", "987654321a", "a123456789", "a1b2c3d4e5", "a1b2c3d4e5f6", "aa12345678", "aaaaaaaaaa1", "abc1234567", "abc123456789",
        "abc123abc123", "abcd123456", "abcd12345678", "abcde12345", "abcdef123456", "abcdefghij", "abcdefghijk", "abcdefghijklmnopqrstuvwxyz",
        "access1234", "admin12345", "admin123456", "adminadmin", "administrator", "alexander1", "alexandria", "anthony123", "asd123asd123",
        "asdasdasdasd", "asdf123456", "asdfasdfasdf", "asdfgh123456", "asdfghjkl1", "asdfghjkl123", "asdfghjkl;", "asdfghjkl;'", "asdfqwer1234",
        "australia1", "azertyuiop", "baby123456", "babygirl123", "barcelona1", "baseball123", "basketball", "basketball1", "bismillah1",
        "blink182182", "butterfly1", "butterfly123", "california", "california1", "changeme123", "changeme1234", "charlie123", "cheerleader",
        "chelsea123", "chocolate1", "chocolate123", "christian1", "christina1", "christopher", "cinderella", "computer123", "cooldude123",
        "correcthorsebatterystaple", "dragon1234", "elizabeth1", "enterprise", "everything", "fire123456", "football10", "football123",
        "forever123", "freedom123", "friendship", "fuckyou123", "fuckyou1234", "goodmorning", "grandmother", "hallo12345", "harrypotter",
        "hello12345", "hello123456", "hellohello", "helloworld", "helloworld1", "ilovegod123", "iloveyou12", "iloveyou123", "iloveyou1234",
        "iloveyou2", "iloveyousomuch", "internet123", "jesuschrist", "jordan1234", "justinbieber", "leavemealone", "letmein123", "letmein1234",
        "letmeinnow", "liverpool1", "liverpool123", "lol1234567", "lollipop123", "london2012", "love123456", "loveyou123", "manchester",
        "manchester1", "manutd1234", "maryjane420", "master1234", "master12345", "metallica1", "michael123", "michelle123", "minecraft1",
        "minecraft123", "monkey1234", "monkey12345", "mother1234", "motherfucker", "mypassword", "mypassword1", "mypassword123", "naruto1234",
        "newpassword", "nicole1234", "onedirection", "p@$$w0rd123", "p@ssw0rd12", "p@ssw0rd123", "p@ssw0rd1234", "p@ssword123", "p4ssw0rd123",
        "pa$$w0rd123", "pass123456", "pass12345678", "passpass123", "passw0rd12", "passw0rd123", "passw0rd1234", "password!1", "password!123",
        "password0123", "password01!", "password10", "password11", "password12", "password12!", "password123", "password123!", "password1234",
        "password12345", "password123456", "password1!", "password1@", "password13", "password2020", "password2021", "password2022",
        "password2023", "password2024", "password2025", "password2026", "password22", "password99", "password@1", "password@123",
        "passwordpassword", "photography", "playstation", "playstation3", "pokemon123", "polniypizdec", "princess12", "princess123", "q1w2e3r4t5",
        "q1w2e3r4t5y6", "qazwsx123456", "qazwsxedc1", "qazwsxedc123", "qazwsxedcrfv", "qazxswedcvfr", "qq123456789", "qw3rty1234", "qwaszxqwaszx",
        "qwe123qwe123", "qweasdzxc1", "qweasdzxc123", "qweqweqwe123", "qwer123456", "qwerasdfzxcv", "qwert12345", "qwerty0987", "qwerty1234",
        "qwerty12345", "qwerty123456", "qwerty1234567", "qwertyqwerty", "qwertyuiop", "qwertyuiop1", "qwertyuiop123", "qwertyuiop[]",
        "qwertyuiopasdfghjklzxcvbnm", "realmadrid", "realmadrid1", "robinhood1", "rootroot123", "samsung123", "scarface123", "secret1234",
        "secret12345", "shadow1234", "skateboard", "skateboarding", "slipknot666", "snowboarding", "spiderman1", "spiderman123", "spongebob1",
        "starwars123", "strawberry", "strawberry1", "summer2020", "summer2021", "summer2022", "summer2023", "summer2024", "summer2025",
        "sunshine12", "sunshine123", "superman12", "superman123", "superman1234", "superstar1", "sweetheart", "technology", "test123456",
        "test12345678", "testing123", "testing1234", "testpassword", "testtest123", "thebeatles", "theresistance", "thomas1234", "tinkerbell",
        "tinkerbell1", "trustno1trustno1", "undertaker", "university", "valentina1", "volleyball", "volleyball1", "washington", "watermelon",
        "welcome123", "welcome1234", "welcome12345", "welcome2020", "welcome@123", "whatever123", "winter2023", "winter2024", "wonderland",
        "yourmother", "zaq12wsxcde3", "zaq1xsw2cde3", "zaqwsxcderfv", "zxcvbnm123", "zxcvbnm1234", "zxcvbnm,./", "zxcvbnmasdfghjkl",
    };

    public static bool Contains(string password) => Words.Contains(password) || password.Distinct().Count() == 1;
}
