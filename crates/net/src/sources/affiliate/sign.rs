//! The official API's signatures: all parameters in the order of their names, as one text, hashed with the app's secret.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;

use crate::secret::Secret;

/// The parameters of a call. The order of a map is the one that is signed: by bytes, in no language.
pub type Parameters<'a> = BTreeMap<&'a str, &'a str>;

/// How a call is signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SignMethod {
    /// HMAC-SHA256, the only one of the current official library.
    #[default]
    Sha256,
    /// MD5 with the secret on both sides; apps of the older platform still use it.
    Md5,
    /// HMAC-MD5, likewise older.
    HmacMd5,
}

impl SignMethod {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Md5, Self::HmacMd5];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Md5 => "md5",
            Self::HmacMd5 => "hmac",
        }
    }

    /// The signature of a call in capital hexadecimal digits.
    ///
    /// `path` is that of a call such as `/auth/token/create`, and empty where the method is a parameter. A parameter
    /// that is blank is not signed, as the official library does not send it.
    pub fn sign(self, secret: &Secret, path: &str, parameters: &Parameters<'_>) -> String {
        let mut base = path.to_owned();
        for (name, value) in parameters {
            if *name != "sign" && !value.trim().is_empty() {
                base.push_str(name);
                base.push_str(value);
            }
        }
        let (key, base) = (secret.reveal(), base.as_bytes());
        match self {
            Self::Sha256 => keyed::<Hmac<Sha256>>(key, base),
            Self::HmacMd5 => keyed::<Hmac<Md5>>(key, base),
            Self::Md5 => {
                let hash = Md5::new().chain_update(key).chain_update(base).chain_update(key);
                capital_hex(&hash.finalize())
            }
        }
    }
}

fn keyed<M: Mac + KeyInit>(key: &str, base: &[u8]) -> String {
    let mac = <M as KeyInit>::new_from_slice(key.as_bytes());
    let mut mac = mac.expect("a key of any length will do");
    mac.update(base);
    capital_hex(&mac.finalize().into_bytes())
}

fn capital_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02X}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` is the sign of these parameters, `name=value` each, with the method that they name.
    fn check(secret: &str, path: &str, parameters: &[&str], expected: &str) {
        let parameters: Parameters<'_> = parameters
            .iter()
            .map(|pair| pair.split_once('=').expect("a name and a value"))
            .collect();
        let named = parameters.get("sign_method").copied();
        let method = SignMethod::ALL
            .into_iter()
            .find(|method| Some(method.name()) == named)
            .expect("a method");
        assert_eq!(method.sign(&Secret::new(secret.into()), path, &parameters), expected);
    }

    // The samples of the official documentation, of its libraries' tests, and, with the same algorithm, of our own.

    #[test]
    fn a_call_by_path_is_signed_with_its_path() {
        let order = [
            "access_token=test",
            "app_key=123456",
            "order_id=1234",
            "sign_method=sha256",
            "timestamp=1517820392000",
        ];
        let sign = "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A";
        check("helloworld", "/order/get", &order, sign);
        let token = [
            "app_key=12345678",
            "code=3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26",
            "sign_method=sha256",
            "timestamp=1517820392000",
        ];
        let sign = "35607762342831B6A417A0DED84B79C05FEFBF116969C48AD6DC00279A9F4D81";
        check("helloworld", "/auth/token/create", &token, sign);
    }

    #[test]
    fn a_call_by_method_is_signed_with_its_parameters_alone() {
        let logistics = [
            "access_token=test",
            "aliexpress_category_id=200135143",
            "app_key=123456",
            "method=aliexpress.logistics.redefining.getonlinelogisticsinfo",
            "sign_method=sha256",
            "timestamp=1517820392000",
        ];
        let sign = "F7F7926B67316C9D1E8E15F7E66940ED3059B1638C497D77973F30046EFB5BBB";
        check("helloworld", "", &logistics, sign);
        let categories = [
            "app_key=12345678",
            "method=aliexpress.affiliate.category.get",
            "sign_method=sha256",
            "timestamp=1517820392000",
        ];
        let sign = "F3ABBAB059750C3CD6D341A2FDA939ECB0FA892120E9196270ED67D6EC1511DD";
        check("helloworld", "", &categories, sign);
    }

    #[test]
    fn capitals_blanks_and_letters_with_accents_are_signed_as_they_are() {
        let mat = [
            "app_key=APPK",
            "countryCode=FR",
            "format=json",
            "keyWord=yoga mat",
            "method=aliexpress.ds.text.search",
            "session=ATOK",
            "sign_method=sha256",
            "timestamp=1700000000000",
        ];
        let sign = "22ACCEEA01395E49C9A1964220A7147F247086AC1619303DAD6A951DCCA54DD2";
        check("TEST_SECRET_123", "", &mat, sign);
        let drill = [
            "app_key=512345",
            "keywords=Perceuse à percussion",
            "method=aliexpress.affiliate.product.query",
            "sign_method=sha256",
            "timestamp=1790544510000",
        ];
        let sign = "ED7FA0EB629419D94FD8973A21F7985E291D2762345A5D6C80F4E60BF724CC9E";
        check("s3cr3t", "", &drill, sign);
    }

    fn seller(method: &str, secret: &str, expected: &str) {
        let parameters = [
            "app_key=12345678",
            "fields=num_iid,title,nick,price,num",
            "format=json",
            "method=taobao.item.seller.get",
            "num_iid=11223344",
            "session=test",
            method,
            "timestamp=2016-01-01 12:00:00",
            "v=2.0",
        ];
        check(secret, "", &parameters, expected);
    }

    #[test]
    fn the_older_ways_sign_the_older_samples() {
        seller("sign_method=md5", "helloworld", "66987CB115214E59E6EC978214934FB8");
        seller("sign_method=hmac", "helloworld", "D56D7858309C31B6251083A874D48273");
        let user = [
            "app_key=test",
            "fields=nick",
            "format=xml",
            "method=taobao.user.seller.get",
            "session=test",
            "sign_method=md5",
            "timestamp=2013-05-06 13:52:03",
            "v=2.0",
        ];
        check("test", "", &user, "72CB4D809B375A54502C09360D879C64");
    }

    #[test]
    fn a_blank_parameter_is_not_signed_in_any_way() {
        for (method, sign) in [
            (
                "sign_method=sha256",
                "1E194A5CE16787D9AE978D3AFF8859C28C7139B99C3FE5E2CBB97FDB455A917E",
            ),
            ("sign_method=md5", "D570DEAEE0D967880581866C68CC119A"),
            ("sign_method=hmac", "8B8C1D93F746869B4C0BAF8A711747E5"),
        ] {
            let parameters = [
                "app_key=512345",
                "country=FR",
                "fields=",
                "format=json",
                "method=aliexpress.affiliate.productdetail.get",
                "product_ids=1005006338829917,1005001592619483",
                method,
                "target_currency=EUR",
                "target_language=FR",
                "timestamp=1790544510000",
                "tracking_id=default",
                "v=2.0",
            ];
            check("s3cr3t", "", &parameters, sign);
        }
    }

    #[test]
    fn names_are_ordered_by_their_bytes() {
        let sign = |pairs: &[(&'static str, &'static str)]| {
            let parameters = pairs.iter().copied().collect();
            SignMethod::Md5.sign(&Secret::new(String::new()), "", &parameters)
        };
        let ordered = sign(&[("bar2foo1foo_bar3foobar4", " "), ("bar", "2foo1foo_bar3foobar4")]);
        assert_eq!(
            sign(&[("foo", "1"), ("bar", "2"), ("foo_bar", "3"), ("foobar", "4")]),
            ordered
        );
    }
}
