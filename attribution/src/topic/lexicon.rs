//! Words that speak for a topic by themselves, where published collections have no label for it or
//! lump it with others. Two or three Han characters, or one or two Latin words joined by `_`.

use super::Topic;

/// What one word speaks for its topic. The collections hold fewer English topics than Chinese ones, so
/// that English words must hold their own against more that was learned of people's messages.
pub(super) const HAN_WEIGHT: f64 = 3.0;
pub(super) const LATIN_WEIGHT: f64 = 5.0;

/// By topic.
pub(super) const WORDS: &[(Topic, &str)] = &[
    (
        Topic::Loan,
        "贷款 借款 备用金 年化 信用卡 额度 提额 放款 无抵押 网贷 周转 借钱 利率 loan loans \
         student_loan credit_card interest_rate interest_rates debt_relief debt_consolidation \
         loan_forgiveness working_capital pre_approved refinance lower_your zero_percent debt",
    ),
    (
        Topic::DebtCollection,
        "逾期 欠款 催收 征信 还款 诉前 调解 起诉 失信 拖欠 仲裁 past_due collection collections \
         overdue outstanding_balance debt_collector legal_department",
    ),
    (
        Topic::Investment,
        "股票 牛股 涨停 诊股 新股 证券 基金 炒股 期货 黄金 原油 投资 大盘 荐股 金股 盘前 操盘 \
         bitcoin crypto btc usdt stock stocks trading investment profits forex etf wallet",
    ),
    (
        Topic::Insurance,
        "保险 车险 重疾 意外险 续保 投保 保额 保单 寿险 insurance burial life_insurance premium \
         premiums coverage insured final_expense auto_insurance",
    ),
    (
        Topic::RealEstate,
        "首付 学区 现房 楼盘 开盘 公寓 购房 售楼 房源 商铺 户型 业主 小区 房产 二手房 cash_offer \
         your_property sell_your selling_the realtor mortgage_rates real_estate your_house buy_your",
    ),
    (
        Topic::Education,
        "培训 课程 学历 考公 考编 招生 冲刺 名师 试听 考研 自考 英语 中考 高考 辅导 少儿编程 补习 \
         编程 course courses degree tuition exam classes enroll",
    ),
    (
        Topic::Retail,
        "特卖 打折 满减 折起 清仓 甩卖 秒杀 会员日 进店 门店 专柜 新品 促销 双十一 店庆 爆款 \
         sale coupon discount shop store deals clearance % free_shipping",
    ),
    (
        Topic::Telecom,
        "话费 流量 套餐 宽带 月租 靓号 手机卡 充值 彩铃 通话 新卡 wireless data_plan broadband \
         phone_plan internet_service cable_bill",
    ),
    (
        Topic::Games,
        "手游 新服 礼包 开服 公测 游戏 爆率 传奇 game games players download_now",
    ),
    (
        Topic::Gambling,
        "彩金 真人 体育竞 首存 返水 百家乐 投注 六合 时时彩 博彩 赌 棋牌 娱乐城 体验金 提现 竞猜 \
         casino bet betting jackpot slots free_spins poker sportsbook",
    ),
    (
        Topic::FakeDocuments,
        "代开 发票 刻章 办证 文凭 毕业证 假证 各类证 税点 fake_id diploma invoices",
    ),
    (
        Topic::Imposter,
        "医保 社保 年审 涉嫌 冻结 账户异 公安 法院 积分兑 银行卡 停用 通缉 验证身 注销 \
         social_security arrest warrant_in irs_tax tax_refund amazon paypal suspicious_activity \
         unusual_activity account_has suspended your_account legal_action federal unauthorized \
         fraud_department customs bank_of wells_fargo netflix venmo apple_pay verify_your \
         log_in login security_alert locked",
    ),
    (
        Topic::Delivery,
        "快递 包裹 快件 双倍理 理赔专 派送 签收 物流 滞留 海关 package parcel usps ups fedex delivery depot \
         warehouse redelivery shipment dhl tracking royal_mail",
    ),
    (
        Topic::Prize,
        "中奖 大奖 领奖 幸运 奖品 won_a gift_card winner prize sweepstakes lottery reward rewards \
         giveaway congratulations claim_code you_won survey",
    ),
    (
        Topic::Jobs,
        "兼职 日结 招聘 刷单 点赞 打字员 试用员 岗位 应聘 简历 底薪 月薪 急招 part_time remote_work \
         remote_job job hiring resume salary work_from recruiter flexible_job daily_pay",
    ),
    (
        Topic::Warranty,
        "延保 质保 warranty vehicle_service extended_warranty protection_plan factory_warranty",
    ),
    (
        Topic::TechSupport,
        "杀毒 电脑病毒 computer virus microsoft windows tech_support antivirus norton mcafee \
         apple_support geek_squad refund_department",
    ),
    (
        Topic::Medical,
        "减肥 保健品 药 体检 挂号 医院 美容 祛斑 壮阳 养生 种植牙 医美 medicare back_brace genetic_test \
         prescription prescriptions health_insurance diabetes viagra pharmacy cbd medical \
         health_plan doctor weight_loss keto covid",
    ),
    (
        Topic::Energy,
        "光伏 电费 燃气 solar electric electricity utility energy_bill power_bill disconnection \
         solar_panels gas_bill rebate energy",
    ),
    (
        Topic::Home,
        "装修 家装 保洁 家政 建材 roof roofing gutters windows_now remodel cleaning air_duct hvac \
         kitchen pest flooring plumbing",
    ),
    (
        Topic::HomeSecurity,
        "监控 安防 门锁 home_security alarm_system security_system burglar adt",
    ),
    (
        Topic::Travel,
        "旅游 航班 机票 酒店 改签 度假 签证 包车 出境 跟团 timeshare resort vacation cruise hotel \
         flight marriott airline complimentary_stay travel",
    ),
    (
        Topic::Charity,
        "捐款 慈善 募捐 救助 charity donation donate veterans firefighters police_association \
         cancer_fund pledge",
    ),
    (
        Topic::Adult,
        "约炮 上门 裸聊 一夜情 成人 楼凤 sexy nude horny webcam hot_singles hookup xxx",
    ),
    (
        Topic::Romance,
        "long_time no_see nice_to who_is lonely dating met_you \
         recall remember_me wrong_number",
    ),
];
