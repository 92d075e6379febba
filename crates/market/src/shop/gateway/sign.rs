//! Signatures of the API, by an implementation of its own: whoever calls has another one.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;

use super::Parameters;

/// The signature of a call by `sha256` (HMAC-SHA256), `md5` (of the text between two secrets) or `hmac` (HMAC-MD5), in
/// hexadecimal capitals; `None` for any other method.
///
/// Signed are all parameters but `sign` itself and those that are blank: by name in byte order, each name followed by
/// its value.
pub fn sign(method: &str, secret: &str, parameters: &Parameters) -> Option<String> {
    let signed: String = parameters
        .iter()
        .filter(|(name, value)| *name != "sign" && !value.trim().is_empty())
        .flat_map(|(name, value)| [name.as_str(), value.as_str()])
        .collect();
    match method {
        "sha256" => {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
            mac.update(signed.as_bytes());
            Some(hex(&mac.finalize().into_bytes()))
        }
        "hmac" => {
            let mut mac = Hmac::<Md5>::new_from_slice(secret.as_bytes()).ok()?;
            mac.update(signed.as_bytes());
            Some(hex(&mac.finalize().into_bytes()))
        }
        "md5" => Some(hex_md5(&format!("{secret}{signed}{secret}"))),
        _ => None,
    }
}

/// The MD5 of a text in hexadecimal capitals.
pub(in crate::shop) fn hex_md5(text: &str) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02X}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Secret, parameters, signature: of the official documents and of public SDKs, or computed by the same algorithm.
    const VECTORS: [(&str, &str, &str); 9] = [
        (
            "helloworld",
            "access_token=test aliexpress_category_id=200135143 app_key=123456 \
             method=aliexpress.logistics.redefining.getonlinelogisticsinfo sign_method=sha256 timestamp=1517820392000",
            "F7F7926B67316C9D1E8E15F7E66940ED3059B1638C497D77973F30046EFB5BBB",
        ),
        (
            "helloworld",
            "app_key=12345678 method=aliexpress.affiliate.category.get sign_method=sha256 timestamp=1517820392000",
            "F3ABBAB059750C3CD6D341A2FDA939ECB0FA892120E9196270ED67D6EC1511DD",
        ),
        (
            "TEST_SECRET_123",
            "app_key=APPK countryCode=FR format=json keyWord=yoga+mat method=aliexpress.ds.text.search session=ATOK \
             sign_method=sha256 timestamp=1700000000000",
            "22ACCEEA01395E49C9A1964220A7147F247086AC1619303DAD6A951DCCA54DD2",
        ),
        (
            "helloworld",
            "app_key=12345678 fields=num_iid,title,nick,price,num format=json method=taobao.item.seller.get \
             num_iid=11223344 session=test sign_method=md5 timestamp=2016-01-01+12:00:00 v=2.0",
            "66987CB115214E59E6EC978214934FB8",
        ),
        (
            "helloworld",
            "app_key=12345678 fields=num_iid,title,nick,price,num format=json method=taobao.item.seller.get \
             num_iid=11223344 session=test sign_method=hmac timestamp=2016-01-01+12:00:00 v=2.0",
            "D56D7858309C31B6251083A874D48273",
        ),
        (
            "test",
            "app_key=test fields=nick format=xml method=taobao.user.seller.get session=test sign_method=md5 \
             timestamp=2013-05-06+13:52:03 v=2.0",
            "72CB4D809B375A54502C09360D879C64",
        ),
        (
            "s3cr3t",
            "app_key=512345 country=FR fields= format=json method=aliexpress.affiliate.productdetail.get \
             product_ids=1005006338829917,1005001592619483 sign_method=sha256 target_currency=EUR target_language=FR \
             timestamp=1790544510000 tracking_id=default v=2.0",
            "1E194A5CE16787D9AE978D3AFF8859C28C7139B99C3FE5E2CBB97FDB455A917E",
        ),
        (
            "s3cr3t",
            "app_key=512345 country=FR fields= format=json method=aliexpress.affiliate.productdetail.get \
             product_ids=1005006338829917,1005001592619483 sign_method=md5 target_currency=EUR target_language=FR \
             timestamp=1790544510000 tracking_id=default v=2.0",
            "D570DEAEE0D967880581866C68CC119A",
        ),
        (
            "s3cr3t",
            "app_key=512345 keywords=Perceuse+à+percussion method=aliexpress.affiliate.product.query \
             sign_method=sha256 timestamp=1790544510000",
            "ED7FA0EB629419D94FD8973A21F7985E291D2762345A5D6C80F4E60BF724CC9E",
        ),
    ];

    /// Of `name=value` pairs with blanks between; a plus stands for a blank.
    fn parameters(text: &str) -> Parameters {
        text.split_whitespace()
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.replace('+', " ")))
            .collect()
    }

    #[test]
    fn published_vectors_are_signed_alike() {
        for (secret, text, signature) in VECTORS {
            let mut signed = parameters(text);
            let method = signed["sign_method"].clone();
            assert_eq!(sign(&method, secret, &signed).as_deref(), Some(signature), "{text}");
            signed.insert("sign".to_owned(), "never signed itself".to_owned());
            assert_eq!(sign(&method, secret, &signed).as_deref(), Some(signature), "{text}");
        }
        assert_eq!(sign("sha1", "secret", &Parameters::new()), None);
    }

    #[test]
    fn names_are_sorted_by_their_bytes() {
        let (one, other) = (
            parameters("foo_bar=3 foobar=4 foo=1"),
            parameters("foobar=4 foo=1 foo_bar=3"),
        );
        assert_eq!(sign("md5", "s", &one), sign("md5", "s", &other));
        assert_eq!(sign("md5", "s", &one), Some(hex_md5("sfoo1foo_bar3foobar4s")));
    }
}
