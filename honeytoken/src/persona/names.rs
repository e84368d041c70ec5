//! Parts of names: plausible, and uncommon enough that two people seldom share a whole one.
//!
//! The most frequent surnames are left out on purpose: a caller who says only "Mr Wang" would
//! fit millions.

use rand::RngExt as _;
use rand_chacha::ChaCha12Rng;

/// A part of a name in its own script and in Latin letters.
pub(super) struct Part {
    pub(super) native: String,
    pub(super) latin: String,
}

/// Less common Chinese surnames with their pinyin.
const SURNAMES: &str = "姚Yao 邵Shao 万Wan 钱Qian 严Yan 覃Qin 武Wu 戴Dai 莫Mo 孔Kong 向Xiang \
    汤Tang 温Wen 康Kang 施Shi 文Wen 牛Niu 樊Fan 葛Ge 邢Xing 安An 齐Qi 易Yi 乔Qiao 伍Wu 庞Pang \
    颜Yan 倪Ni 庄Zhuang 聂Nie 章Zhang 鲁Lu 岳Yue 翟Zhai 殷Yin 詹Zhan 申Shen 欧Ou 耿Geng 关Guan \
    兰Lan 焦Jiao 俞Yu 左Zuo 柳Liu 甘Gan 祝Zhu 包Bao 宁Ning 尚Shang 符Fu 舒Shu 阮Ruan 柯Ke 纪Ji \
    梅Mei 童Tong 凌Ling 毕Bi 单Shan 季Ji 裴Pei 霍Huo 涂Tu 成Cheng 苗Miao 谷Gu 盛Sheng 曲Qu 翁Weng \
    冉Ran 骆Luo 蓝Lan 路Lu 游You 辛Xin 靳Jin 管Guan 柴Chai 蒙Meng 鲍Bao 华Hua 喻Yu 祁Qi";

/// Characters of given names with their pinyin.
const GIVEN: &str = "安an 柏bo 碧bi 冰bing 采cai 辰chen 晨chen 澄cheng 初chu 春chun 聪cong 丹dan \
    德de 笛di 冬dong 朵duo 恩en 帆fan 芳fang 菲fei 枫feng 刚gang 歌ge 谷gu 冠guan 光guang 涵han \
    航hang 昊hao 禾he 恒heng 虹hong 鸿hong 华hua 怀huai 慧hui 佳jia 嘉jia 坚jian 健jian 娇jiao \
    杰jie 洁jie 今jin 锦jin 婧jing 静jing 君jun 俊jun 凯kai 可ke 宽kuan 岚lan 乐le 蕾lei 黎li \
    莉li 立li 莲lian 琳lin 凌ling 露lu 璐lu 曼man 茂mao 玫mei 梦meng 苗miao 敏min 铭ming 墨mo \
    沐mu 楠nan 宁ning 佩pei 鹏peng 萍ping 齐qi 琪qi 千qian 倩qian 晴qing 秋qiu 然ran 蓉rong 柔rou \
    如ru 瑞rui 若ruo 珊shan 尚shang 诗shi 舒shu 帅shuai 爽shuang 思si 松song 素su 涛tao 天tian \
    彤tong 婉wan 薇wei 文wen 希xi 夏xia 贤xian 翔xiang 晓xiao 欣xin 星xing 秀xiu 轩xuan 雪xue \
    雅ya 妍yan 阳yang 瑶yao 野ye 依yi 怡yi 逸yi 茵yin 盈ying 永yong 语yu 煜yu 元yuan 悦yue 云yun \
    泽ze 哲zhe 珍zhen 之zhi 志zhi 竹zhu 卓zhuo 子zi";

/// English given names.
const FIRST: &str = "Abel Ada Adela Alban Alda Alma Alva Amos Anders Ansel Arden Arlo Asher Astrid \
    Auden Avis Barnaby Basil Bea Beatrix Benno Beryl Blaise Blythe Bram Briony Bruno Cain Calla \
    Callum Carys Caspian Cato Cecil Celia Clem Clio Conan Cora Corbin Cosmo Cyrus Dag Dahlia Damaris \
    Darcy Della Delphine Dorian Drake Edda Edmund Effie Eldon Elodie Elsie Emrys Enid Enoch Esme \
    Ewan Ezra Fabian Faye Felix Fenella Fern Finlay Fleur Flora Freda Gareth Garnet Gemma Gideon \
    Gilda Ginny Glenda Greer Greta Griff Gus Gwen Hadley Hal Harlan Hattie Hector Hester Hilda Hollis \
    Honor Horace Hugo Ida Idris Igor Ilse Imogen Ines Ingrid Iris Isla Ivo Ivy Jarvis Jasper Jemima \
    Jethro Joss Jonah Juno Keir Kit Lachlan Lars Lavinia Leda Leif Lena Leopold Lettie Linus Livia \
    Lorcan Lorna Lottie Lowell Lucian Lyra Mabel Magnus Maeve Maren Margot Marius Marnie Merle Milo \
    Minna Mira Moira Morgan Myra Nell Nessa Niall Nico Nola Octavia Odette Olaf Olwen Orla Orson Oscar \
    Otis Otto Pearl Penn Perry Petra Phoebe Piers Pippa Quentin Quincy Ramona Rhea Rhys Roald Romy \
    Ronan Rowan Rufus Rupert Saskia Selma Seth Silas Sloane Sorrel Stella Sven Tamsin Tansy Tess Thea \
    Thora Tobias Torin Tova Una Uri Vera Verity Viggo Viola Wanda Wendell Wilda Willa Winnie Wystan \
    Xenia Yara Yves Zelda Zora";

/// Beginnings of English surnames of place.
const PLACE: &str = "Ald Alder Amber Ash Aven Barn Bass Beck Birch Black Bram Breck Brook Bur Cald \
    Carl Cart Chad Chel Clay Clif Colt Cran Crow Dal Dart Den Dray Dun East Edge Elk Elm Ever Fair \
    Farn Fen Fern Flax Fox Gar Gold Gran Green Grim Had Hal Ham Hart Hawk Haze Heath Hol Horn Hurst \
    Ing Kel Kings Kirk Lang Lark Lin Long Mar May Mel Mill Moor Nether Nor Oak Old Or Pem Pen Quar \
    Rad Raven Red Rook Rush Sal Sand Sel Shel Silver Stan Stock Strat Sut Swan Thorn Til Tren Up Wake \
    Wal War Wel West Whit Win Wood Wren Yar York";

/// Endings of English surnames of place.
const SUFFIX: &str = "bank beck berry bourne bridge brook burn bury by combe cote croft dale den don \
    dyke field fold ford gate grave grove ham hill holme hope hurst ingham land leigh ley low marsh \
    mere mont more pool port ridge shaw side stead stone thorpe ton tree wall water well wick wold \
    wood worth yard";

fn pick<'a>(list: &'a str, random: &mut ChaCha12Rng) -> &'a str {
    let count = list.split_ascii_whitespace().count();
    list.split_ascii_whitespace()
        .nth(random.random_range(0..count))
        .unwrap_or_default()
}

fn pick_pair(list: &str, random: &mut ChaCha12Rng) -> Part {
    let item = pick(list, random);
    let split = item.find(|c: char| c.is_ascii()).unwrap_or(item.len());
    Part {
        native: item[..split].to_owned(),
        latin: item[split..].to_owned(),
    }
}

/// A surname and a given name of two characters.
pub(super) fn chinese(random: &mut ChaCha12Rng) -> (Part, Part) {
    let family = pick_pair(SURNAMES, random);
    let (first, second) = (pick_pair(GIVEN, random), pick_pair(GIVEN, random));
    let latin = capitalised(&format!("{}{}", first.latin, second.latin));
    (
        family,
        Part {
            native: first.native + &second.native,
            latin,
        },
    )
}

/// A surname of place and a given name.
pub(super) fn english(random: &mut ChaCha12Rng) -> (Part, Part) {
    let family = format!("{}{}", pick(PLACE, random), pick(SUFFIX, random));
    let given = pick(FIRST, random).to_owned();
    (
        Part {
            native: family.clone(),
            latin: family,
        },
        Part {
            native: given.clone(),
            latin: given,
        },
    )
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|c| c.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}
